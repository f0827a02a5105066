import { isLive, type Subscription, type SubscriptionDetail } from '../domain/index.js';
import { OVERLAP_MS, type OrderNews } from './look-orders.js';
import type { ReadDetail } from './plan/input.js';
import type { CachedDetail } from './store/seen.js';
import type { Marketplace } from './vendors.js';

const DAY = 86_400_000;
/** Calls under way at once; how fast they go is the budget's to say. */
const AT_ONCE = 8;
/** Details are stored in batches of this many, so that a crash costs few calls. */
const BATCH = 25;
/** What an hour of the marketplace's budget allows to begin with: two calls a second. */
const HOUR_OF_CALLS = 7200;

/** A detail with the list row it was read under. */
export interface DetailRead {
  row: Subscription;
  detail: SubscriptionDetail;
  readAt: Date;
}

/** Whether something says that a detail may have changed: never read, its list row is another, or an order of its customer since. */
export function hasSign(row: Subscription, cached: CachedDetail | undefined, touched: OrderNews['touched']): boolean {
  if (!cached) return true;
  if ((touched.get(row.customerId) ?? 0) > cached.readAt.getTime() - OVERLAP_MS) return true;
  return canonical(row) !== canonical(cached.row);
}

/** A row as one text, whatever the order of its fields, as the database gives it back. */
function canonical(row: Subscription): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** A cached detail under the list row as it is now: the row is newer in what both say. */
export function underRow(cached: SubscriptionDetail, row: Subscription): SubscriptionDetail {
  return { ...cached, ...row };
}

export interface ReadingInput {
  rows: readonly Subscription[];
  /** Customers that a person said to ignore. */
  ignored: ReadonlySet<string>;
  cached: ReadonlyMap<string, CachedDetail>;
  touched: OrderNews['touched'];
  /** Milliseconds since 1970. */
  now: number;
  /** Over how many days the reading of details without any sign may be spread when they are many. */
  rereadWithinDays: number;
}

/**
 * Which details an import of everything reads: of those in force, that nobody said to ignore, the ones with a sign of change, and
 * then, oldest first, those last read more than a day ago (a seat change is not known to touch the list row): all of them if an hour
 * of calls is enough, else as many as bring each one's turn within so many days.
 */
export function rowsToRead({ rows, ignored, cached, touched, now, rereadWithinDays }: ReadingInput): Subscription[] {
  const wanted = rows.filter((row) => isLive(row.status) && !ignored.has(row.customerId));
  const signed = wanted.filter((row) => hasSign(row, cached.get(row.subscriptionId), touched));
  const chosen = new Set(signed);
  const age = (row: Subscription): number => now - (cached.get(row.subscriptionId)?.readAt.getTime() ?? 0);
  const stale = wanted
    .filter((row) => !chosen.has(row) && age(row) >= DAY)
    .toSorted((a, b) => age(b) - age(a) || (a.subscriptionId < b.subscriptionId ? -1 : 1));
  const hour = Math.max(0, HOUR_OF_CALLS - signed.length);
  const share = Math.ceil(wanted.length / Math.max(1, rereadWithinDays));
  return [...signed, ...stale.slice(0, stale.length <= hour ? stale.length : Math.max(hour, share))];
}

/** Reads the details of the given rows, storing them as they come. Ends at the first error, once what was under way has ended. */
export async function readDetails(
  marketplace: Pick<Marketplace, 'subscription'>,
  rows: readonly Subscription[],
  now: () => number,
  ops: { store(read: DetailRead[]): Promise<void>; done(count: number): Promise<void> },
): Promise<Map<string, ReadDetail>> {
  const details = new Map<string, ReadDetail>();
  const waiting = rows.toReversed();
  let unstored: DetailRead[] = [];
  let failure: { error: unknown } | undefined;
  const stopped = (): boolean => failure !== undefined;
  const flush = async (): Promise<void> => {
    const batch = unstored;
    unstored = [];
    if (batch.length > 0) await ops.store(batch);
  };
  const reader = async (): Promise<void> => {
    try {
      for (let row = waiting.pop(); row && !stopped(); row = waiting.pop()) {
        const detail = await marketplace.subscription(row.subscriptionId);
        details.set(row.subscriptionId, detail);
        if (detail && !('reason' in detail)) unstored.push({ row, detail, readAt: new Date(now()) });
        if (unstored.length >= BATCH) await flush();
        await ops.done(details.size);
      }
    } catch (error) {
      failure ??= { error };
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, reader));
  // What was read is kept even if the rest could not be: the next attempt reads only what is missing.
  if (failure) await flush().catch(() => undefined);
  else await flush();
  if (failure) throw (failure as { error: unknown }).error;
  return details;
}
