/**
 * Text on its way into and out of Halo.
 *
 * Decision: the name fields of Halo are plain text, so names are written as they are: escaping them would print `A &amp; B` on
 * invoices and break every match by name. But Halo puts names into HTML (e-mail templates, layouts), and a customer chooses its own name; so
 * in names the `<` of anything that could begin a tag is written as `&lt;` (with its `>`), and nothing else is escaped. On reading,
 * character references are resolved, so it makes no difference whether Halo shows a name as written or escapes it once more.
 * Given up: a name that really contains `&lt;` comes back as `<`.
 */

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const REFERENCE = /&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#x([\da-f]{1,6}));/gi;
/** Where a browser would begin a tag, a comment or a declaration. */
const TAG = /<(?=[a-z/!?])/i;

/** The first `max` UTF-16 code units (as SQL Server's nvarchar counts), never splitting a surrogate pair. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

/** Makes a name harmless where Halo renders it as HTML; a name without markup stays as it is. */
export function escapeMarkup(text: string): string {
  return TAG.test(text) ? text.replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text;
}

/** Resolves character references, also ones that were escaped several times. */
export function unescapeMarkup(text: string): string {
  let plain = text;
  // Nearly all are plain, and there are many.
  while (plain.includes('&')) {
    const next = plain.replaceAll(REFERENCE, (all, named: string | undefined, decimal: string | undefined, hex: string | undefined) => {
      if (named !== undefined) return NAMED[named.toLowerCase()] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : all;
    });
    if (next === plain) break;
    plain = next;
  }
  return plain;
}

/** A plain text as a text column keeps it: well-formed, without outer spaces, at most `max` code units. */
export function textForm(text: string, max: number): string {
  return clip(text.toWellFormed().trim(), max).trim();
}

/** A name as Isthmus shows and compares it: references resolved, and cut so that its escaped form fits `max` code units. */
export function nameForm(text: string, max: number): string {
  let plain = textForm(unescapeMarkup(text), max);
  while (escapeMarkup(plain).length > max) plain = clip(plain, plain.length - 1).trim();
  return plain;
}
