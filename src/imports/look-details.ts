import { isLive, type Subscription, type SubscriptionDetail } from '../domain/index.js';
import { OVERLAP_MS, type OrderNews } from './look-orders.js';
import type { ReadDetail } from './plan/input.js';
import { readMany } from './read-many.js';
import type { CachedDetail } from './store/seen.js';
import type { Marketplace } from './vendors.js';
import { sameRow, worthReading, type ReadingLimits } from './what-to-read.js';

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
  return !sameRow(row, cached.row);
}

/** A cached detail under the list row as it is now: the row is newer in what both say. */
export function underRow(cached: SubscriptionDetail, row: Subscription): SubscriptionDetail {
  return { ...cached, ...row };
}

export interface ReadingInput extends ReadingLimits {
  rows: readonly Subscription[];
  /** Customers that a person said to ignore. */
  ignored: ReadonlySet<string>;
  cached: ReadonlyMap<string, CachedDetail>;
  touched: OrderNews['touched'];
}

/** Which details an import of everything reads: of those in force, that nobody said to ignore, the ones worth a call. */
export function rowsToRead({ rows, ignored, cached, touched, ...limits }: ReadingInput): Subscription[] {
  const wanted = rows.filter((row) => isLive(row.status) && !ignored.has(row.customerId));
  const readable = wanted.map((row) => {
    const before = cached.get(row.subscriptionId);
    return { row, id: row.subscriptionId, readAt: before?.readAt.getTime(), sign: hasSign(row, before, touched) };
  });
  return worthReading(readable, limits);
}

/** Reads the details of the given rows, storing them as they come. Ends at the first error, once what was under way has ended. */
export async function readDetails(
  marketplace: Pick<Marketplace, 'subscription'>,
  rows: readonly Subscription[],
  now: () => number,
  ops: { store(read: DetailRead[]): Promise<void>; done(count: number): Promise<void> },
): Promise<Map<string, ReadDetail>> {
  const answers = await readMany<Subscription, ReadDetail>(rows, {
    read: (row) => marketplace.subscription(row.subscriptionId),
    async store(batch) {
      const read = batch.flatMap(({ row, answer, readAt }) => (answer && !('reason' in answer) ? [{ row, detail: answer, readAt }] : []));
      if (read.length > 0) await ops.store(read);
    },
    done: (count) => ops.done(count),
    now,
  });
  return new Map([...answers].map(([row, detail]) => [row.subscriptionId, detail]));
}
