import { answer } from './answer.js';
import { Vendors } from './floor-calls.js';
import { Tables } from './floor-tables.js';
import type { SandboxCredentials } from '../../../src/sandbox/index.js';

/** What the simplest program has to do. */
export interface FloorWish {
  credentials: SandboxCredentials;
  /** Of a database in which it may make tables of its own, for what it stores. */
  databaseUrl: string;
  /** `first`: everything is new and the PSA empty. `unchanged`: it only looks. */
  job: 'first' | 'unchanged';
  /** How many details of subscriptions it reads: those of the first rows in force. Default: all for `first`, else none. */
  details?: number;
}

/** Details under way at once. */
const AT_ONCE = 8;
/** Records in one array. */
const ARRAY = 100;

/**
 * The calls that the vendors' APIs make unavoidable, one loop each, and COPY for what is to be kept: no retries, no budget, nothing
 * compared, no proof of anything. An import cannot be quicker for long, and cannot do with fewer calls.
 */
async function run({ credentials, databaseUrl, job, details }: FloorWish): Promise<{ ms: number }> {
  const startedAt = performance.now();
  const vendors = await Vendors.signIn(credentials);
  const customers = await vendors.list('/customers');
  const subscriptions = await vendors.list('/subscriptions');
  await vendors.page('/orders', 0);
  const live = subscriptions.filter(({ status }) => status === 'active' || status === 'hold');
  const read = await inParallel(live.slice(0, details ?? (job === 'first' ? live.length : 0)), (row) =>
    vendors.marketplace(`/subscriptions/${String(row['id'])}`),
  );
  const clients = await vendors.records('client', 'clients');
  await vendors.records('softwarelicence', 'licences');
  if (job === 'first') {
    const tables = await Tables.make(databaseUrl);
    // Rows of the list lack the address that a client is created with.
    await tables.copy('customers', await inParallel(customers, ({ id }) => vendors.marketplace(`/customers/${String(id)}`)));
    await tables.copy('subscriptions', subscriptions);
    await tables.copy('details', read);
    const known = new Map(clients.map((client) => [client['ref'], client['id']]));
    await vendors.post(
      'client',
      customers.filter(({ id }) => !known.has(id)).map(({ id, name }) => ({ name, ref: id, toplevel_id: 2 })),
      ARRAY,
    );
    // What was created is only known, with its key, once it is listed.
    const ids = new Map((await vendors.records('client', 'clients')).map((client) => [client['ref'], client['id']]));
    await vendors.records('site', 'sites');
    await vendors.post(
      'softwarelicence',
      read.map((detail) => licenceOf(detail, ids.get(detail['customerId']))),
      ARRAY,
    );
    await tables.copy('licences', await vendors.records('softwarelicence', 'licences'));
    await tables.close();
  }
  vendors.close();
  return { ms: performance.now() - startedAt };
}

function licenceOf(detail: Record<string, unknown>, clientId: unknown): object {
  const [line] = detail['products'] as { mpn: string; vendor: string; name: string; quantity: number }[];
  return {
    type: 1,
    name: line?.name,
    count: line?.quantity,
    client_id: clientId,
    snowid: detail['id'],
    start_date: detail['creationDate'],
    end_date: detail['expirationDate'],
    vendor_product_sku: line?.mpn,
    manufacturer: line?.vendor,
    status: 'Active',
    is_active: true,
  };
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [at, item] of waiting) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}

answer({ run });
