import type { DataSource } from 'typeorm';
import type { Import, Tenant } from '../../entities/index.js';
import type { Customer, Malformed, Subscription, Take, Walk } from '../domain/index.js';
import { ImportFailure } from './failure.js';
import { gathering } from './gather.js';
import { differentAccount, isAnother, recognise, type Recognition } from './guard/another-account.js';
import { readDetails } from './look-details.js';
import { lookAtOrders, type OrderNews } from './look-orders.js';
import type { ImportHold } from './store/import-row.js';
import type { KnownLists } from './store/known-lists.js';
import { openOrders, storeOrders } from './store/orders.js';
import type { Queryable } from './store/query.js';
import { knownCustomers, knownNames, knowsSubscriptions, noteSigns, readableSubscriptions, storeDetails } from './store/seen.js';
import { CUSTOMERS, newsOf, storeNews, storeShown, storeUnseen, SUBSCRIPTIONS, type News, type Transaction } from './store/shown.js';
import type { Marketplace } from './vendors.js';
import { DAY_OLD_MS, worthReading, type Readable } from './what-to-read.js';

const idsOf = (chosen: readonly Readable[]): string[] => chosen.map(({ id }) => id);

/** What is remembered of a list whose rows are in the database. */
export type Listed = Omit<Walk, 'ids'> & { seen: number };

export interface MarketplaceLook {
  customers: Listed;
  /** Null when they were not looked at. */
  subscriptions: Listed | null;
  /** How many subscriptions have a record that is worth knowing: those in force, that nobody said to ignore. */
  records: number;
  /** Details that this attempt asked for and that could not be stored: null where the marketplace knows no such id. */
  unreadable: Map<string, Malformed | null>;
  /** How many records were asked for by their ids. */
  callsMade: number;
}

export interface LookContext {
  dataSource: DataSource;
  hold: ImportHold;
  tenant: Pick<Tenant, 'id' | 'ordersReadUntil' | 'clientImport' | 'subscriptionImport'>;
  run: Pick<Import, 'id' | 'entities' | 'customerId' | 'clientId' | 'readSince'>;
  lists: KnownLists;
  now(): number;
  progress(done: number, total: number | null): Promise<void>;
  /** What a reader should know: sentences are added. */
  remarks: string[];
}

/**
 * Looks at the marketplace as it is now: customers always all of them, for a name must be alone among them; subscriptions as far
 * as the import is about; and every detail that is worth reading.
 */
export async function lookAtMarketplace(
  context: LookContext,
  marketplace: Marketplace,
  scope: readonly string[] | null,
): Promise<MarketplaceLook> {
  await context.progress(0, null);
  const customers = await lookAtCustomers(context, marketplace, scope);
  const subscriptions = await lookAtSubscriptions(context, marketplace, scope);
  const look: MarketplaceLook = { customers, subscriptions, records: 0, unreadable: new Map(), callsMade: 0 };
  if (!context.run.entities.includes('subscriptions')) return look;

  const { dataSource, tenant, run } = context;
  const limits = { now: context.now(), callsAnHour: marketplace.callsAnHour, withinDays: tenant.subscriptionImport.rereadWithinDays };
  if (scope !== null) {
    // One customer's details are read fresh.
    const { readable } = await readableSubscriptions(dataSource, tenant.id, {
      customerIds: scope,
      restedSince: Infinity,
      now: limits.now,
    });
    look.records = readable.length;
    await readInto(context, marketplace, look, idsOf(worthReading(readable, { ...limits, since: Infinity })));
    return look;
  }
  const until = tenant.ordersReadUntil?.toISOString();
  const news = await readOrders(context, marketplace, until);
  if (news) await noteOrders(context, news, until);
  // Where orders cannot tell what moved, everything is read; an attempt after a crash reads what this import has not read yet.
  const since = run.readSince?.getTime() ?? (news ? undefined : await readEverythingSince(context, limits.now));
  const { readable, restful } = await readableSubscriptions(dataSource, tenant.id, {
    customerIds: null,
    restedSince: Math.max(since ?? 0, limits.now - DAY_OLD_MS),
    now: limits.now,
  });
  look.records = readable.length + restful;
  await readInto(context, marketplace, look, idsOf(worthReading(readable, { ...limits, since, restful })));
  return look;
}

/** Reads the details of listed subscriptions, whatever asked for them, and puts into the look what cannot be stored of them. */
export async function readInto(
  context: LookContext,
  marketplace: Marketplace,
  look: MarketplaceLook,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const { hold, tenant } = context;
  await context.progress(0, ids.length);
  const unreadable = await readDetails(marketplace, ids, () => context.now(), {
    store: (batch) => hold.fenced((query) => storeDetails(query, tenant.id, batch, hold)),
    done: (count) => context.progress(count, ids.length),
  });
  look.callsMade += ids.length;
  for (const id of ids) look.unreadable.delete(id);
  for (const [id, detail] of unreadable) look.unreadable.set(id, detail);
}

async function lookAtCustomers(context: LookContext, marketplace: Marketplace, scope: readonly string[] | null): Promise<Listed> {
  const { tenant, dataSource, hold } = context;
  const known = await knownCustomers(dataSource, tenant.id);
  const seen: Recognition = { again: 0, same: 0 };
  // Nothing of another account is stored: its customers would be taken for known ones the next time.
  const waiting = new Map<string, News>();
  const write: Transaction = (work) => hold.fenced(work);
  const pages = await context.lists.of(CUSTOMERS);
  const read = async (rows: Customer[], page?: string): Promise<void> => {
    const digested = (digests: ReadonlyMap<Customer, string>): void =>
      pages.note(page === undefined ? [] : [{ name: page, rows }], digests);
    if (known === 0) await storeShown(dataSource, write, CUSTOMERS, tenant.id, rows, digested);
    else {
      const ids = rows.map((row) => row.customerId);
      recognise(seen, await knownNames(dataSource, tenant.id, ids), rows);
      for (const id of ids) waiting.delete(id);
      for (const news of await newsOf(dataSource, CUSTOMERS, tenant.id, rows, digested)) waiting.set(news.id, news);
    }
  };
  const take = pages.hearing(read);
  const walk = await marketplace.eachCustomer((rows, page) => take(rows, page).then(() => context.progress(0, null)), pages);
  // They stand as they are shown.
  seen.again += pages.again;
  seen.same += pages.again;
  const malformed = walk.malformed.flatMap(({ id }) => id ?? []);
  const knowsMalformed = malformed.length > 0 && (await knownNames(dataSource, tenant.id, malformed)).size > 0;
  if (isAnother(seen, known, knowsMalformed)) throw differentAccount(known);
  await storeNews(write, CUSTOMERS, tenant.id, [...waiting.values()]);
  if (walk.ids.size + walk.malformed.length === 0) {
    throw new ImportFailure(
      'configuration',
      'no_customers',
      'The marketplace shows this account no customer at all, so there is nothing to import. Check that the API user belongs to the reseller account whose customers are meant; nothing was changed.',
    );
  }
  await storeUnseen(dataSource, write, CUSTOMERS, tenant.id, walk.ids, walk.complete ? { proven: { but: malformed } } : {});
  if (scope && !scope.some((id) => walk.ids.has(id) || malformed.includes(id))) {
    throw new ImportFailure(
      'configuration',
      'unknown_customer',
      `The marketplace shows no customer ${scope.join(', ')} to this account. Import all customers to see which there are.`,
    );
  }
  tell(context.remarks, 'customers', walk);
  return listed(walk);
}

async function lookAtSubscriptions(
  context: LookContext,
  marketplace: Marketplace,
  scope: readonly string[] | null,
): Promise<Listed | null> {
  const { tenant, run, dataSource, hold } = context;
  if (!run.entities.includes('subscriptions') && !tenant.clientImport.onlyWithSubscriptions) return null;
  const write: Transaction = (work) => hold.fenced(work);
  const pages = scope === null ? await context.lists.of(SUBSCRIPTIONS) : undefined;
  const walk = await gathering<Subscription, Walk>(
    (take) => {
      const hearing = pages?.hearing(take) ?? take;
      const each: Take<Subscription> = (rows, page) => hearing(rows, page).then(() => context.progress(0, null));
      return scope === null ? marketplace.eachSubscription({}, each, pages) : ofCustomers(marketplace, scope, each);
    },
    (rows, taken) => storeShown(dataSource, write, SUBSCRIPTIONS, tenant.id, rows, (digests) => pages?.note(taken, digests)),
  );
  if (scope === null && walk.ids.size + walk.malformed.length === 0 && (await knowsSubscriptions(dataSource, tenant.id))) {
    throw new ImportFailure(
      'vendor',
      'no_subscriptions',
      'The marketplace lists no subscription at all, although it listed some before, and ended ones stay listed. That is taken for a fault of its list, so nothing was changed. Import again later.',
    );
  }
  const but = walk.malformed.flatMap(({ id }) => id ?? []);
  const more = scope !== null ? { within: scope } : walk.complete ? { proven: { but } } : {};
  await storeUnseen(dataSource, write, SUBSCRIPTIONS, tenant.id, walk.ids, more);
  tell(context.remarks, 'subscriptions', walk);
  return listed(walk);
}

function listed({ ids, ...walk }: Walk): Listed {
  return { ...walk, seen: ids.size + walk.malformed.length };
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

/**
 * Remembers what orders told, and what they call for, before any of that is read: what is not read now, as this import fails, is found by its sign
 * next time; and an order that is carried out meanwhile, after its customer's details were read, is known to have been open.
 */
async function noteOrders(context: LookContext, news: OrderNews, until: string | undefined): Promise<void> {
  const { dataSource, hold, tenant } = context;
  const signs = (db: Queryable): Promise<void> => noteSigns(db, hold, tenant.id, news.touched, context.now());
  if (!news.isNews) return signs(dataSource);
  await hold.fenced(async (query) => {
    await signs({ query });
    await storeOrders(query, tenant.id, news.open, news.readUntil ?? until);
  });
}

/** Notes that this import reads everything again, and from when on a reading counts as one of this import. */
async function readEverythingSince({ hold }: LookContext, now: number): Promise<number> {
  await hold.fenced((query) => query(`UPDATE imports SET read_since = $2 WHERE id = $1`, [hold.importId, new Date(now)]));
  return now;
}

async function ofCustomers(
  marketplace: Marketplace,
  customerIds: readonly string[],
  take: (rows: Subscription[]) => Promise<void>,
): Promise<Walk> {
  const all = { ids: new Set<string>(), malformed: [] as Malformed[], complete: true, dropped: 0 };
  for (const customerId of customerIds) {
    const walk = await marketplace.eachSubscription({ customerId }, take);
    for (const id of walk.ids) all.ids.add(id);
    all.malformed.push(...walk.malformed);
    all.complete &&= walk.complete;
    all.dropped += walk.dropped;
  }
  return all;
}

function tell(remarks: string[], what: string, look: Walk): void {
  if (!look.complete)
    remarks.push(
      `The list of ${what} could not be proven whole (it changed while it was read). What it showed was used; what it lacked was taken for nothing.`,
    );
  if (look.malformed.length > 0) remarks.push(`${look.malformed.length} of the ${what} could not be understood and were set aside.`);
  if (look.dropped > 0) remarks.push(`${look.dropped} rows among the ${what} belonged to somebody else and were dropped.`);
}
