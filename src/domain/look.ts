/** A record that could not be understood: set aside with a reason, never read as "not there". */
export interface Malformed {
  /** The vendor's id, where at least that could be read. */
  id?: string;
  reason: string;
}

/** What one walk over a whole list showed. */
export interface Look<T> {
  rows: T[];
  /**
   * Whether the list is known to be whole: distinct ids equal a total that stayed the same from first page to last.
   * Absence from a look that is not complete means nothing.
   */
  complete: boolean;
  /** Rows set aside as unreadable. Their ids count as present. */
  malformed: Malformed[];
  /** Rows that did not belong to what was asked for, dropped. */
  dropped: number;
}

/**
 * Takes rows of a list as they come, in the order they came. A row that comes again under the same id is a newer word on it. `page` names
 * the page that they are all of, where it may be known by that the next time; without rows, a page that was known.
 */
export type Take<T> = (rows: T[], page?: string) => Promise<void>;

/** What pages of a list held when they were read before, so that one that comes as it came then need not be understood again. */
export interface KnownPages {
  /** What names a page: another for another text. It comes in two pieces, so that it need not be put together. */
  nameOf(before: string, after: string): string;
  /** The ids of its records, in their order, where they are known to stand as the page shows them. */
  idsOf(page: string): readonly string[] | undefined;
}

/**
 * The text of a page without how many records its list holds, which may change without the page, and that number. Undefined when the text
 * does not say it as `"{name}": 12` in just one place.
 */
export function withoutTotal(text: string, name: string): { before: string; after: string; total: number } | undefined {
  const mark = `"${name}":`;
  const at = text.indexOf(mark);
  if (at === -1 || text.includes(mark, at + 1)) return undefined;
  const number = /\s*(\d{1,15})(?=[\s,}])/y;
  number.lastIndex = at + mark.length;
  const found = number.exec(text);
  if (!found) return undefined;
  return { before: text.slice(0, at + mark.length), after: text.slice(number.lastIndex), total: Number(found[1]) };
}

/** A page that was known, or may be known by its name the next time. */
export interface NamedPage {
  name: string;
  /** How many records its list holds. */
  total: number;
  /** Of its records, when they are known. */
  ids?: readonly string[];
}

/** Looks for a page among those that are known. `total` is the name of the number that says how many records the list holds. */
export function namedPage(known: KnownPages | undefined, text: string, total: string): NamedPage | undefined {
  const page = known && withoutTotal(text, total);
  if (!page) return undefined;
  const name = known.nameOf(page.before, page.after);
  const ids = known.idsOf(name);
  return { name, total: page.total, ...(ids ? { ids } : {}) };
}

/** What a walk over a whole list showed, when its rows were handed on as they came: their ids in place of them. */
export interface Walk extends Omit<Look<unknown>, 'rows'> {
  /** Of the rows that count. Rows of other ids may have been handed on, too, by a walk that was given up: they count as not seen. */
  ids: ReadonlySet<string>;
}

/** A look that keeps all of its rows. */
export async function collected<T>(idOf: (row: T) => string, walk: (take: Take<T>) => Promise<Walk>): Promise<Look<T>> {
  const rows = new Map<string, T>();
  const { ids, ...look } = await walk((page) => {
    for (const row of page) rows.set(idOf(row), row);
    return Promise.resolve();
  });
  return { rows: [...ids].map((id) => rows.get(id)!), ...look };
}
