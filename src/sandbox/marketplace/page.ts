import { PlatformError } from './errors.js';
import { whole } from './query.js';
import type { Query } from './query.js';
import type { MarketplaceSwitches } from './switches.js';
import { arrays } from './views.js';

/** How many rows a page has when nothing else is asked for. */
const DEFAULT_LIMIT = 10;

/** One page of a list, in its envelope. */
export function page<T>(
  rows: readonly T[],
  query: Query,
  switches: MarketplaceSwitches,
  view: (row: T) => unknown,
): Record<string, unknown> {
  const offset = whole(query, 'offset', 0, 0);
  const asked = whole(query, 'limit', DEFAULT_LIMIT, 1);
  if (asked > switches.maxLimit && switches.overLimit === 'refuse') {
    throw new PlatformError(400, `Parameter 'limit' must not be greater than ${switches.maxLimit}`);
  }
  const limit = Math.min(asked, switches.maxLimit);
  const listed = switches.duplicateRows ? rows.flatMap((row, index) => (index % 10 === 9 ? [row, row] : [row])) : rows;
  const data = listed.slice(offset, offset + limit).map(view);
  const envelope = switches.pagination === 'full' ? { data, pagination: { offset, limit, total: listed.length } } : { data };
  return arrays(envelope, switches);
}
