import type { DataSource } from 'typeorm';
import type { Import, Tenant } from '../../entities/index.js';
import type { Customer, Look, Malformed, Subscription } from '../domain/index.js';
import { ImportFailure } from './failure.js';
import { readDetails, rowsToRead, underRow } from './look-details.js';
import { lookAtOrders } from './look-orders.js';
import type { KnownMapping, ReadDetail } from './plan/input.js';
import { openOrders, storeOrders } from './store/orders.js';
import { cachedDetails, knownCustomerIds, storeCustomers, storeDetails, storeSubscriptions, type CachedDetail } from './store/seen.js';
import type { Marketplace } from './vendors.js';

export interface MarketplaceLook {
  customers: Look<Customer>;
  subscriptions: Look<Subscription>;
  details: Map<string, ReadDetail>;
  cached: Map<string, CachedDetail>;
  /** What a reader should know: sentences. */
  remarks: string[];
}

export interface LookContext {
  dataSource: DataSource;
  tenant: Pick<Tenant, 'id' | 'ordersReadUntil' | 'clientImport'>;
  run: Pick<Import, 'entities' | 'customerId' | 'clientId'>;
  now(): number;
  progress(done: number, total: number | null): Promise<void>;
}

const NOTHING: Look<never> = { rows: [], complete: true, malformed: [], dropped: 0 };

/**
 * Looks at the marketplace as it is now: customers always all of them, for a name must be alone among them; subscriptions as far
 * as the import is about; and every detail that is worth reading.
 */
export async function lookAtMarketplace(context: LookContext, marketplace: Marketplace, mappings: readonly KnownMapping[], scope: readonly string[] | null): Promise<MarketplaceLook> {
  const { dataSource, tenant } = context;
  const remarks: string[] = [];
  await context.progress(0, null);
  const known = await knownCustomerIds(dataSource, tenant.id);
  const customers = await marketplace.customers();
  const shown = new Set([...customers.rows.map((row) => row.customerId), ...customers.malformed.map(({ id }) => id)]);
  if (known.size > 0 && ![...known].some((id) => shown.has(id))) {
    throw new ImportFailure(
      'configuration',
      'different_account',
      `The marketplace shows none of the ${known.size} customers known before: this looks like another account or region. Check the tenant's address, marketplace code and user; nothing was changed.`,
    );
  }
  await storeCustomers(dataSource, tenant.id, customers, true);
  tell(remarks, 'customers', customers);

  const wantsSubscriptions = context.run.entities.includes('subscriptions');
  const wantsList = wantsSubscriptions || tenant.clientImport.onlyWithSubscriptions;
  const subscriptions: Look<Subscription> = !wantsList ? NOTHING : scope === null ? await marketplace.subscriptions() : await ofCustomers(marketplace, scope);
  await storeSubscriptions(dataSource, tenant.id, subscriptions, wantsList && scope === null);
  tell(remarks, 'subscriptions', subscriptions);
  const cached = await cachedDetails(dataSource, tenant.id, null);
  const look: MarketplaceLook = { customers, subscriptions, details: new Map(), cached, remarks };
  for (const [id, { detail }] of cached) look.details.set(id, detail);
  const rowOf = new Map(subscriptions.rows.map((row) => [row.subscriptionId, row]));
  for (const [id, row] of rowOf) {
    const kept = cached.get(id);
    if (kept) look.details.set(id, underRow(kept.detail, row));
  }
  if (!wantsSubscriptions) return look;

  const ignored = new Set(mappings.filter((mapping) => mapping.state === 'ignored').map((mapping) => mapping.customerId));
  if (scope === null) {
    const until = tenant.ordersReadUntil?.toISOString();
    const news = await readOrders(context, marketplace, until, remarks);
    const toRead = rowsToRead(subscriptions.rows, ignored, news ? cached : new Map(), news?.touched ?? new Set(), context.now());
    await readInto(context, marketplace, look, toRead);
    // Only now: had a detail failed, its customer's order must be found again next time.
    if (news) await storeOrders(dataSource, tenant.id, news.open, news.readUntil ?? until);
  } else await readInto(context, marketplace, look, rowsToRead(subscriptions.rows, ignored, new Map(), new Set(), context.now()));
  return look;
}

/** Reads details, whatever asked for them, and puts them into the look. */
export async function readInto(context: LookContext, marketplace: Marketplace, look: MarketplaceLook, rows: readonly Subscription[]): Promise<void> {
  if (rows.length === 0) return;
  await context.progress(0, rows.length);
  const read = await readDetails(marketplace, rows, () => context.now(), {
    store: (batch) => storeDetails(context.dataSource, context.tenant.id, batch),
    done: (count) => context.progress(count, rows.length),
  });
  for (const [id, detail] of read) look.details.set(id, detail);
}

async function readOrders(context: LookContext, marketplace: Marketplace, until: string | undefined, remarks: string[]): Promise<Awaited<ReturnType<typeof lookAtOrders>> | undefined> {
  try {
    return await lookAtOrders(marketplace, until, await openOrders(context.dataSource, context.tenant.id), () => context.progress(0, null));
  } catch (error) {
    // Orders are only a sign of what to read again: an account that may not see them has every detail read instead.
    if (error instanceof Error && 'kind' in error && (error.kind === 'permission' || error.kind === 'not_found')) {
      remarks.push('The account may not read orders, so every subscription was read again.');
      return undefined;
    }
    throw error;
  }
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
  if (!look.complete) remarks.push(`The list of ${what} could not be proven whole (it changed while it was read). What it showed was used; what it lacked was taken for nothing.`);
  if (look.malformed.length > 0) remarks.push(`${look.malformed.length} of the ${what} could not be understood and were set aside.`);
  if (look.dropped > 0) remarks.push(`${look.dropped} rows among the ${what} belonged to somebody else and were dropped.`);
}
