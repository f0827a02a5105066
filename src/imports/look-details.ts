import { hasEnded, isLive, type Subscription, type SubscriptionDetail } from '../domain/index.js';
import type { ReadDetail } from './plan/input.js';
import type { CachedDetail } from './store/seen.js';
import type { Marketplace } from './vendors.js';

const DAY = 86_400_000;
/** Calls under way at once; how fast they go is the budget's to say. */
const AT_ONCE = 8;
/** Details are stored in batches of this many, so that a crash costs few calls. */
const BATCH = 25;

/** Whether a detail is worth a call: never read, its list row changed, an order touched its customer, or a day old. */
export function worthReading(row: Subscription, cached: CachedDetail | undefined, touched: ReadonlySet<string>, now: number): boolean {
  if (!cached) return true;
  if (touched.has(row.customerId)) return true;
  if (now - cached.readAt.getTime() >= DAY) return true;
  return canonical(row) !== canonical(cached.row);
}

function canonical(row: Subscription): string {
  return JSON.stringify(row, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

/** A cached detail under the list row as it is now: the row is newer in what both say. */
export function underRow(cached: SubscriptionDetail, row: Subscription): SubscriptionDetail {
  return { ...cached, ...row };
}

/** Reads the details of the given rows, storing them as they come. */
export async function readDetails(
  marketplace: Marketplace,
  rows: readonly Subscription[],
  now: () => number,
  ops: { store(read: { row: Subscription; detail: SubscriptionDetail; readAt: Date }[]): Promise<void>; done(count: number): Promise<void> },
): Promise<Map<string, ReadDetail>> {
  const details = new Map<string, ReadDetail>();
  const waiting = rows.toReversed();
  let unstored: { row: Subscription; detail: SubscriptionDetail; readAt: Date }[] = [];
  let failed = false;
  const flush = async (): Promise<void> => {
    const batch = unstored;
    unstored = [];
    await ops.store(batch);
  };
  const reader = async (): Promise<void> => {
    for (let row = waiting.pop(); row && !failed; row = waiting.pop()) {
      try {
        const detail = await marketplace.subscription(row.subscriptionId);
        details.set(row.subscriptionId, detail);
        if (detail && !('reason' in detail)) unstored.push({ row, detail, readAt: new Date(now()) });
        if (unstored.length >= BATCH) await flush();
        await ops.done(details.size);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const readers = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, rows.length) }, reader));
  // What was read is kept even if the rest could not be: the next attempt reads only what is missing.
  await flush();
  for (const result of readers) if (result.status === 'rejected') throw result.reason;
  return details;
}

/** Rows whose detail an import of everything needs: in force, of a customer that nobody said to ignore. */
export function rowsToRead(rows: readonly Subscription[], ignored: ReadonlySet<string>, cached: ReadonlyMap<string, CachedDetail>, touched: ReadonlySet<string>, now: number): Subscription[] {
  return rows.filter((row) => !hasEnded(row.status) && isLive(row.status) && !ignored.has(row.customerId) && worthReading(row, cached.get(row.subscriptionId), touched, now));
}
