import type { DataSource } from 'typeorm';
import type { Import, Tenant } from '../../entities/index.js';
import type { Customer, Look, Malformed, Subscription } from '../domain/index.js';
import { ImportFailure } from './failure.js';
import { isAnotherAccount } from './guard/another-account.js';
import { readDetails, rowsToRead, underRow } from './look-details.js';
import { lookAtOrders, type OrderNews } from './look-orders.js';
import type { KnownMapping, ReadDetail } from './plan/input.js';
import type { ImportHold } from './store/import-row.js';
import { openOrders, storeOrders } from './store/orders.js';
import {
  cachedDetails,
  knownCustomers,
  knowsSubscriptions,
  storeCustomers,
  storeDetails,
  storeSubscriptions,
  type CachedDetail,
} from './store/seen.js';
import type { Marketplace } from './vendors.js';

export interface MarketplaceLook {
  customers: Look<Customer>;
  subscriptions: Look<Subscription>;
  details: Map<string, ReadDetail>;
  /** Subscriptions whose detail was read just now, and not taken from the cache. */
  readNow: Set<string>;
}

export interface LookContext {
  dataSource: DataSource;
  hold: ImportHold;
  tenant: Pick<Tenant, 'id' | 'ordersReadUntil' | 'clientImport' | 'subscriptionImport'>;
  run: Pick<Import, 'id' | 'entities' | 'customerId' | 'clientId' | 'readSince'>;
  now(): number;
  progress(done: number, total: number | null): Promise<void>;
  /** What a reader should know: sentences are added. */
  remarks: string[];
}

const NOTHING: Look<never> = { rows: [], complete: true, malformed: [], dropped: 0 };

/**
 * Looks at the marketplace as it is now: customers always all of them, for a name must be alone among them; subscriptions as far
 * as the import is about; and every detail that is worth reading.
 */
export async function lookAtMarketplace(
  context: LookContext,
  marketplace: Marketplace,
  mappings: readonly KnownMapping[],
  scope: readonly string[] | null,
): Promise<MarketplaceLook> {
  await context.progress(0, null);
  const customers = await lookAtCustomers(context, marketplace);
  const subscriptions = await lookAtSubscriptions(context, marketplace, scope);
  const cached = await cachedDetails(context.dataSource, context.tenant.id);
  const look: MarketplaceLook = { customers, subscriptions, details: new Map(), readNow: new Set() };
  for (const [id, { detail }] of cached) look.details.set(id, detail);
  for (const row of subscriptions.rows) {
    const kept = cached.get(row.subscriptionId);
    if (kept) look.details.set(row.subscriptionId, underRow(kept.detail, row));
  }
  if (!context.run.entities.includes('subscriptions')) return look;

  const ignored = new Set(mappings.filter((mapping) => mapping.state === 'ignored').map((mapping) => mapping.customerId));
  const reading = {
    rows: subscriptions.rows,
    ignored,
    now: context.now(),
    callsAnHour: marketplace.callsAnHour,
    withinDays: context.tenant.subscriptionImport.rereadWithinDays,
  };
  if (scope !== null) {
    // One customer's details are read fresh.
    await readInto(context, marketplace, look, rowsToRead({ ...reading, cached: new Map<string, CachedDetail>(), touched: new Map() }));
    return look;
  }
  const until = context.tenant.ordersReadUntil?.toISOString();
  const news = await readOrders(context, marketplace, until);
  // Where orders cannot tell what moved, everything is read; an attempt after a crash reads what this import has not read yet.
  const since = context.run.readSince?.getTime() ?? (news ? undefined : await readEverythingSince(context, reading.now));
  await readInto(context, marketplace, look, rowsToRead({ ...reading, since, cached, touched: news?.touched ?? new Map() }));
  // Only now: had a detail failed, its customer's order must be found again next time.
  if (news) await context.hold.fenced((query) => storeOrders(query, context.tenant.id, news.open, news.readUntil ?? until));
  return look;
}

/** Reads details, whatever asked for them, and puts them into the look. */
export async function readInto(
  context: LookContext,
  marketplace: Marketplace,
  look: MarketplaceLook,
  rows: readonly Subscription[],
): Promise<void> {
  if (rows.length === 0) return;
  await context.progress(0, rows.length);
  const read = await readDetails(marketplace, rows, () => context.now(), {
    store: (batch) => context.hold.fenced((query) => storeDetails(query, context.tenant.id, batch)),
    done: (count) => context.progress(count, rows.length),
  });
  for (const [id, detail] of read) {
    look.details.set(id, detail);
    look.readNow.add(id);
  }
}

async function lookAtCustomers(context: LookContext, marketplace: Marketplace): Promise<Look<Customer>> {
  const { tenant } = context;
  const known = await knownCustomers(context.dataSource, tenant.id);
  const customers = await marketplace.customers();
  const shown = new Set([...customers.rows.map((row) => row.customerId), ...customers.malformed.map(({ id }) => id)]);
  if (isAnotherAccount(known, customers)) {
    throw new ImportFailure(
      'configuration',
      'different_account',
      `The marketplace shows hardly any of the ${known.size} customers known before, by their ids and names: this looks like another account or region. Check the tenant's address, marketplace code and user; nothing was changed.`,
    );
  }
  if (shown.size === 0) {
    throw new ImportFailure(
      'configuration',
      'no_customers',
      'The marketplace shows this account no customer at all, so there is nothing to import. Check that the API user belongs to the reseller account whose customers are meant; nothing was changed.',
    );
  }
  await context.hold.fenced((query) => storeCustomers({ query }, tenant.id, customers, true));
  tell(context.remarks, 'customers', customers);
  return customers;
}

async function lookAtSubscriptions(
  context: LookContext,
  marketplace: Marketplace,
  scope: readonly string[] | null,
): Promise<Look<Subscription>> {
  const { tenant, run } = context;
  if (!run.entities.includes('subscriptions') && !tenant.clientImport.onlyWithSubscriptions) return NOTHING;
  const subscriptions: Look<Subscription> = scope === null ? await marketplace.subscriptions() : await ofCustomers(marketplace, scope);
  if (
    scope === null &&
    subscriptions.rows.length + subscriptions.malformed.length === 0 &&
    (await knowsSubscriptions(context.dataSource, tenant.id))
  ) {
    throw new ImportFailure(
      'vendor',
      'no_subscriptions',
      'The marketplace lists no subscription at all, although it listed some before, and ended ones stay listed. That is taken for a fault of its list, so nothing was changed. Import again later.',
    );
  }
  await context.hold.fenced((query) => storeSubscriptions({ query }, tenant.id, subscriptions, scope === null));
  tell(context.remarks, 'subscriptions', subscriptions);
  return subscriptions;
}

async function readOrders(context: LookContext, marketplace: Marketplace, until: string | undefined): Promise<OrderNews | undefined> {
  try {
    return await lookAtOrders(marketplace, until, await openOrders(context.dataSource, context.tenant.id), context.now(), () =>
      context.progress(0, null),
    );
  } catch (error) {
    // Orders are only a sign of what to read again: an account that may not see them has every detail read instead.
    if (error instanceof Error && 'kind' in error && (error.kind === 'permission' || error.kind === 'not_found')) {
      context.remarks.push('The account may not read orders, so every subscription was read again.');
      return undefined;
    }
    throw error;
  }
}

/** Notes that this import reads everything again, and from when on a reading counts as one of this import. */
async function readEverythingSince({ hold }: LookContext, now: number): Promise<number> {
  await hold.fenced((query) => query(`UPDATE imports SET read_since = $2 WHERE id = $1`, [hold.importId, new Date(now)]));
  return now;
}

async function ofCustomers(marketplace: Marketplace, customerIds: readonly string[]): Promise<Look<Subscription>> {
  const rows: Subscription[] = [];
  const malformed: Malformed[] = [];
  let complete = true;
  let dropped = 0;
  for (const customerId of customerIds) {
    const look = await marketplace.subscriptions({ customerId });
    rows.push(...look.rows);
    malformed.push(...look.malformed);
    complete &&= look.complete;
    dropped += look.dropped;
  }
  return { rows, complete, malformed, dropped };
}

function tell(remarks: string[], what: string, look: Look<unknown>): void {
  if (!look.complete)
    remarks.push(
      `The list of ${what} could not be proven whole (it changed while it was read). What it showed was used; what it lacked was taken for nothing.`,
    );
  if (look.malformed.length > 0) remarks.push(`${look.malformed.length} of the ${what} could not be understood and were set aside.`);
  if (look.dropped > 0) remarks.push(`${look.dropped} rows among the ${what} belonged to somebody else and were dropped.`);
}
