/** What a custom tab or button of Halo says in its address. */
export interface TabQuery {
  /** As it was written; nothing is known of it until the signature holds. */
  agentId: string;
  hmac: string;
  /** What the client's name may be, likeliest first: Halo escapes nothing, browsers escape some. */
  areas: string[];
}

/** No longer than any name of Halo's that a screen shows. */
const LONGEST_AREA = 1000;

/**
 * Reads the query of `?agentId=…&hmac=…&area=…` by hand, because the client's name comes unescaped: from `area=` on, all is the name,
 * with whatever `&` and `=` it holds. So a client's name never speaks for the agent. Null when an agent or its signature is missing or
 * given twice.
 * @param raw The query as it came, without the question mark.
 */
export function readTabQuery(raw: string): TabQuery | null {
  const areaAt = /(?:^|&)area=/.exec(raw);
  const before = areaAt ? raw.slice(0, areaAt.index) : raw;
  const named = before.split('&').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const);
  const only = (name: string): string | undefined => {
    const values = named.filter(([each]) => each === name);
    return values.length === 1 ? unescaped(values[0]?.[1] ?? '') : undefined;
  };
  const [agentId, hmac] = [only('agentId'), only('hmac')];
  if (agentId === undefined || hmac === undefined) return null;
  return { agentId, hmac, areas: areaAt ? areasOf(raw.slice(areaAt.index + areaAt[0].length)) : [] };
}

/** Names that a raw text may stand for: unescaped; without what only looks like an escape; with plus for space. */
function areasOf(raw: string): string[] {
  const forms = [unescaped(raw), unescaped(raw, OF_BROWSERS), unescaped(raw.replaceAll('+', ' '))].map((form) => form.trim());
  // A variable that Halo did not fill in names nothing.
  return [...new Set(forms)].filter((form) => form !== '' && form.length <= LONGEST_AREA && !form.startsWith('$'));
}

const ANY = /(?:%[\da-f]{2})+/gi;

/** What browsers escape in a query by themselves: spaces, quotes, angle brackets and whatever is not ASCII. Source: the URL standard. */
const OF_BROWSERS = /(?:%(?:20|22|27|3c|3e|[89a-f][\da-f]))+/gi;

/** Percent-escapes undone, each where it is one: a percent sign may stand there for itself. */
function unescaped(text: string, escapes: RegExp = ANY): string {
  return text.replace(escapes, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}
