import type { Customer, Malformed } from '../domain/index.js';
import type { LookContext } from './look-marketplace.js';
import { readMany } from './read-many.js';
import { customersRead, storeCustomersRead } from './store/customers-read.js';
import type { Marketplace } from './vendors.js';
import { sameRow, worthReading } from './what-to-read.js';

export interface CustomersWanted {
  /** List rows of the customers that are asked for. */
  rows: readonly Customer[];
  /** Read all of them now, whatever is kept of them: an import for one customer. */
  fresh: boolean;
  /** Calls that this import has made for details already: an hour's calls are for both. */
  callsMade: number;
}

/** Customers by their ids, with address and contact: read where that is worth a call, else as they were read before. */
export async function lookAtCustomerRecords(
  context: LookContext,
  marketplace: Pick<Marketplace, 'customer' | 'callsAnHour'>,
  { rows, fresh, callsMade }: CustomersWanted,
): Promise<{ found: Map<string, Customer | Malformed | null>; callsMade: number }> {
  if (rows.length === 0) return { found: new Map(), callsMade: 0 };
  const { dataSource, tenant, run, hold } = context;
  const ids = rows.map((row) => row.customerId);
  const kept = fresh ? new Map() : await customersRead(dataSource, tenant.id, ids);
  const readable = rows.map((row) => {
    const before = kept.get(row.customerId);
    return { row, id: row.customerId, readAt: before?.readAt.getTime() ?? null, sign: before !== undefined && !sameRow(row, before.row) };
  });
  const wanted = worthReading(readable, {
    now: context.now(),
    since: run.readSince?.getTime(),
    callsAnHour: Math.max(0, marketplace.callsAnHour - callsMade),
    withinDays: tenant.subscriptionImport.rereadWithinDays,
  }).map(({ row }) => row);
  // The row is newer in what both say.
  const found = new Map<string, Customer | Malformed | null>(
    rows.flatMap((row) => (kept.has(row.customerId) ? [[row.customerId, { ...kept.get(row.customerId)!.detail, ...row }] as const] : [])),
  );
  if (wanted.length === 0) return { found, callsMade: 0 };
  await context.progress(0, wanted.length);
  await readMany<Customer, Customer | Malformed | null>(wanted, {
    read: (row) => marketplace.customer(row.customerId),
    async store(batch) {
      for (const { wanted: row, answer } of batch) found.set(row.customerId, answer);
      const worth = batch.flatMap(({ wanted: row, answer, readAt }) =>
        answer && !('reason' in answer) ? [{ detail: answer, row, readAt }] : [],
      );
      if (worth.length > 0) await hold.fenced((query) => storeCustomersRead(query, tenant.id, worth));
    },
    done: (count) => context.progress(count, wanted.length),
    now: () => context.now(),
  });
  return { found, callsMade: wanted.length };
}
