import type { Malformed, Subscription, SubscriptionDetail } from '../domain/index.js';
import type { ReadDetail } from './plan/input.js';
import { readMany } from './read-many.js';
import type { Marketplace } from './vendors.js';

/** A detail as it was read. */
export interface DetailRead {
  /** The id it was asked for by. */
  id: string;
  detail: SubscriptionDetail;
  readAt: Date;
}

/** A cached detail under the list row as it is now: the row is newer in what both say. */
export function underRow(cached: SubscriptionDetail, row: Subscription): SubscriptionDetail {
  return { ...cached, ...row };
}

/**
 * Reads the details of the given subscriptions, storing them as they come. Answers what could not be stored: what the marketplace does not know or
 * nobody understands. Ends at the first error, once what was under way has ended.
 */
export async function readDetails(
  marketplace: Pick<Marketplace, 'subscription'>,
  ids: readonly string[],
  now: () => number,
  ops: { store(read: DetailRead[]): Promise<void>; done(count: number): Promise<void> },
): Promise<Map<string, Malformed | null>> {
  const unreadable = new Map<string, Malformed | null>();
  await readMany<string, ReadDetail>(ids, {
    read: (id) => marketplace.subscription(id),
    async store(batch) {
      const read = batch.flatMap(({ wanted: id, answer, readAt }) =>
        answer && !('reason' in answer) ? [{ id, detail: answer, readAt }] : [],
      );
      for (const { wanted: id, answer } of batch) if (answer === null || 'reason' in answer) unreadable.set(id, answer);
      if (read.length > 0) await ops.store(read);
    },
    done: (count) => ops.done(count),
    now,
  });
  return unreadable;
}
