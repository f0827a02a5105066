/** The keys that make a record in the PSA recognisable as ours: the second witness beside the links and mappings. */

const PREFIX = 'ingram/';

/** `ingram/{marketplace}/{customerId}`, kept in a created client's `ref`. */
export function clientKey(marketplace: string, customerId: string): string {
  return `${PREFIX}${marketplace}/${customerId}`;
}

/** `ingram/{marketplace}/{subscriptionId}` for the first line of a subscription, `…/{line}` for further ones; kept in `snowid`. */
export function licenceKey(marketplace: string, subscriptionId: string, furtherLine?: string): string {
  const key = `${PREFIX}${marketplace}/${subscriptionId}`;
  return furtherLine === undefined ? key : `${key}/${furtherLine}`;
}

/** Whether a value in `ref` or `snowid` is one of Isthmus's keys, of whichever tenant. */
export function isOurKey(value: string | null | undefined): boolean {
  return typeof value === 'string' && value.startsWith(PREFIX);
}

/** The parts of a licence key of this marketplace; undefined when it is anything else. `line` is absent on a first line's key. */
export function parseLicenceKey(
  marketplace: string,
  value: string | null | undefined,
): { subscriptionId: string; line?: string } | undefined {
  const prefix = `${PREFIX}${marketplace}/`;
  if (typeof value !== 'string' || !value.startsWith(prefix)) return undefined;
  const rest = value.slice(prefix.length);
  const slash = rest.indexOf('/');
  if (slash < 0) return rest === '' ? undefined : { subscriptionId: rest };
  return { subscriptionId: rest.slice(0, slash), line: rest.slice(slash + 1) };
}
