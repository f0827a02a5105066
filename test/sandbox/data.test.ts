import { describe, expect, it } from '@jest/globals';
import { generateData } from '../../src/sandbox/data/index.js';
import type { MatchKind } from '../../src/sandbox/data/index.js';
import { AWKWARD_NAMES, looseForm } from '../../src/sandbox/data/names.js';
import type { SubscriptionRow } from '../../src/sandbox/marketplace/rows.js';
import { workOf } from './work.js';

const today = '2026-03-15';
const data = generateData({ today });
const { customers, subscriptions, orders } = data.marketplace;
const isLive = (row: SubscriptionRow): boolean => ['active', 'hold', 'pending'].includes(row.status);
const live = subscriptions.filter(isLive);
const withStatus = (status: string): SubscriptionRow[] => subscriptions.filter((row) => row.status === status);

/** How two names are the same to a careful reader: form of Unicode, outer and inner spaces and case set aside. */
const exactForm = (name: string): string => name.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

const clientsNamed = (name: string, inactive: boolean): number =>
  data.psa.clients.filter((client) => Boolean(client.inactive) === inactive && exactForm(client.name) === exactForm(name)).length;

const nameOf = (customerId: string): string => customers.find(({ id }) => id === customerId)?.name ?? '';

const ofKind = (...kinds: MatchKind[]): string[] => [...data.matchKinds].filter(([, kind]) => kinds.includes(kind)).map(([id]) => id);

const term =
  (type: string, duration: number) =>
  (row: SubscriptionRow): boolean =>
    row.subscriptionPeriod?.type === type && row.subscriptionPeriod.duration === duration;

const vendorId = (row: SubscriptionRow): string | undefined => row.products?.[0]?.vendorSubscriptionId;

const microsoftTenant = (row: SubscriptionRow): unknown => row.fulfillmentParameters?.find(({ name }) => name === 'ms_customer_id')?.value;

describe('the generated data', () => {
  it('is the size of a real reseller by default', () => {
    expect([customers.length, live.length, withStatus('removed').length, withStatus('terminated').length]).toEqual([900, 550, 1056, 3]);
  });

  it('is the same for the same seed and day, and another for another', () => {
    expect(generateData({ today })).toEqual(data);
    expect(generateData({ today, seed: 2 }).marketplace.customers).not.toEqual(customers);
  });

  it.each([
    [0, 0],
    [1, 1],
    [5, 3],
    [40, 200],
  ])('can be made of %i customers and %i live subscriptions', (customerCount, subscriptionCount) => {
    const small = generateData({ today, customers: customerCount, subscriptions: subscriptionCount });
    expect(small.marketplace.customers).toHaveLength(customerCount);
    expect(small.marketplace.subscriptions.filter(isLive)).toHaveLength(subscriptionCount);
    expect(small.marketplace.subscriptions.filter((row) => row.status === 'removed')).toHaveLength(Math.round(subscriptionCount * 1.92));
  });

  it('has ids of its own for everything, growing with the days', () => {
    for (const list of [customers, subscriptions, orders]) expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    const created = subscriptions.map((row) => row.creationDate ?? '');
    expect(created).toEqual(created.toSorted());
    const times = orders.map((order) => order.creationDate ?? '');
    expect(times).toEqual(times.toSorted());
    expect(times.at(-1)?.slice(0, 10)).toBe('2026-03-14');
  });
});

describe('the names of both sides', () => {
  it('give between 80 and 85 % of the customers a client', () => {
    const share = 1 - ofKind('none').length / customers.length;
    expect(share).toBeGreaterThanOrEqual(0.8);
    expect(share).toBeLessThanOrEqual(0.85);
  });

  it('are the same, once and active, where a customer is to be matched by itself', () => {
    expect(ofKind('spelling').length).toBeGreaterThan(40);
    for (const id of ofKind('exact', 'spelling')) expect([id, clientsNamed(nameOf(id), false)]).toEqual([id, 1]);
    expect(ofKind('spelling').some((id) => !data.psa.clients.some((client) => client.name === nameOf(id)))).toBe(true);
  });

  it('are alike but not the same where a person has to say', () => {
    const loose = new Set(data.psa.clients.map((client) => looseForm(client.name)));
    expect(ofKind('loose').length).toBeGreaterThan(40);
    for (const id of ofKind('loose')) {
      expect([nameOf(id), clientsNamed(nameOf(id), false)]).toEqual([nameOf(id), 0]);
      expect([nameOf(id), loose.has(looseForm(nameOf(id)))]).toEqual([nameOf(id), true]);
    }
  });

  it('are held by two clients, or by an inactive one alone, for some', () => {
    expect(ofKind('ambiguous').length).toBeGreaterThan(10);
    for (const id of ofKind('ambiguous')) expect(clientsNamed(nameOf(id), false)).toBe(2);
    expect(ofKind('inactive').length).toBeGreaterThan(10);
    for (const id of ofKind('inactive')) expect([clientsNamed(nameOf(id), false), clientsNamed(nameOf(id), true)]).toEqual([0, 1]);
  });

  it('are unknown to the PSA, even loosely, for the rest', () => {
    const loose = new Set(data.psa.clients.map((client) => looseForm(client.name)));
    for (const id of ofKind('none')) expect([nameOf(id), loose.has(looseForm(nameOf(id)))]).toEqual([nameOf(id), false]);
  });

  it('include one of two customers, and every awkward one', () => {
    const [first, second] = ofKind('shared').map(nameOf);
    expect(first).toBe(second);
    expect(clientsNamed(first ?? '', false)).toBe(1);
    const names = new Set(customers.map(({ name }) => name));
    for (const awkward of AWKWARD_NAMES) expect(names).toContain(awkward);
    expect([...names].some((name) => name !== name.normalize('NFC'))).toBe(true);
  });
});

describe('the customers', () => {
  it('are in every status, and some have no subscription', () => {
    expect(new Set(customers.map(({ status }) => status))).toEqual(
      new Set(['active', 'pending', 'creditHold', 'adminHold', 'cancelled', 'error']),
    );
    const owners = new Set(live.map((row) => row.customerId));
    expect(customers.filter(({ id }) => !owners.has(id)).length).toBeGreaterThan(100);
  });
});

describe('the live subscriptions', () => {
  it.each<[string, (row: SubscriptionRow) => boolean]>([
    ['without the field for products', (row) => row.products === undefined],
    ['with no product', (row) => row.products?.length === 0],
    ['with two products', (row) => row.products?.length === 2 && row.products[0]?.mpn !== row.products[1]?.mpn],
    ['with one MPN twice', (row) => row.products?.length === 2 && row.products[0]?.mpn === row.products[1]?.mpn],
    ['of quantity 0', (row) => row.products?.[0]?.quantity === 0],
    ['of a fractional quantity', (row) => row.products?.[0]?.quantity === 2.5],
    ['pending without an end', (row) => row.status === 'pending' && row.expirationDate === undefined],
    ['on hold', (row) => row.status === 'hold'],
    ['that do not renew', (row) => row.renewalStatus === false],
    ['of a year paid by the year', (row) => term('year', 1)(row) && row.billingPeriod?.type === 'year'],
    ['of a month', term('month', 1)],
    ['of three years', term('year', 3)],
    ['of ten days', term('day', 10)],
    ['of six months', term('month', 6)],
    ['of no known term', term('unknown', 0)],
    ['billed on the statement day', (row) => row.billingPeriod?.type === 'statement_day'],
    ['at a price of four decimals', (row) => row.products?.[0]?.unitPrice?.amount === '11.3333'],
    ['in another currency', (row) => row.products?.[0]?.unitPrice?.currency === 'EUR'],
    ['that are trials', (row) => row.name?.endsWith('Trial') === true && row.products?.[0]?.unitPrice?.amount === '0'],
    ['of a legacy MPN', (row) => /^[0-9a-f-]{36}$/.test(row.products?.[0]?.mpn ?? '')],
    ['of an annual legacy MPN', (row) => row.products?.[0]?.mpn?.endsWith('_ANNUAL') === true],
    ['of another maker', (row) => row.products?.[0]?.vendor === 'Acronis'],
  ])('include some %s', (_, fits) => {
    expect(live.filter(fits).length).toBeGreaterThan(0);
  });

  it('are mostly of a year and billed by the month', () => {
    const usual = live.filter((row) => term('year', 1)(row) && row.billingPeriod?.type === 'month');
    expect(usual.length).toBeGreaterThan(live.length / 2);
  });

  it('are current: begun before today, ending after it', () => {
    for (const row of live) {
      expect((row.creationDate ?? '') < today).toBe(true);
      expect((row.expirationDate ?? '9999') > today).toBe(true);
    }
  });

  it('name the Microsoft tenant, one for each customer', () => {
    const tenants = new Map<string, Set<unknown>>();
    for (const row of subscriptions.filter((each) => microsoftTenant(each) !== undefined)) {
      tenants.set(row.customerId, (tenants.get(row.customerId) ?? new Set()).add(microsoftTenant(row)));
    }
    expect(tenants.size).toBeGreaterThan(100);
    for (const values of tenants.values()) expect(values.size).toBe(1);
  });
});

describe('the ended subscriptions', () => {
  it('include chains of monthly renewals whose days abut, some of one vendor id', () => {
    const monthly = live.filter(
      (row) => row.subscriptionPeriod?.type === 'month' && row.subscriptionPeriod.duration === 1 && row.status === 'active',
    );
    const earlier = monthly.flatMap((row) => {
      const before = subscriptions.find(
        (other) =>
          other.status === 'removed' &&
          other.customerId === row.customerId &&
          other.products?.[0]?.mpn === row.products?.[0]?.mpn &&
          other.expirationDate === row.creationDate,
      );
      return before ? [{ row, before }] : [];
    });
    expect(earlier.length).toBeGreaterThan(50);
    const same = earlier.filter(({ row, before }) => vendorId(row) !== undefined && vendorId(row) === vendorId(before));
    expect(same.length).toBeGreaterThan(10);
    expect(same.length).toBeLessThan(earlier.length - 10);
  });

  it('include some whose expiration date is still years ahead', () => {
    expect(withStatus('removed').filter((row) => (row.expirationDate ?? '') > '2027-12-31').length).toBeGreaterThan(5);
  });
});

describe('the licences that are there before', () => {
  it('hold about fifteen live subscriptions of matched clients already, in three forms', () => {
    expect(data.nativeSubscriptionIds.length).toBeGreaterThanOrEqual(12);
    const { licences } = data.psa;
    for (const id of data.nativeSubscriptionIds) {
      const row = live.find((each) => each.id === id);
      const [line] = row?.products ?? [];
      expect(['exact', 'spelling']).toContain(data.matchKinds.get(row?.customerId ?? ''));
      const found = licences.filter(
        (licence) =>
          licence['snowid'] === id ||
          (licence['vendor_product_sku'] === line?.mpn && licence['snowid'] === undefined) ||
          (Number(licence['azure_connection_id'] ?? 0) > 0 && licence['name'] === line?.name),
      );
      expect(found.length).toBeGreaterThan(0);
    }
    expect(licences.some((licence) => data.nativeSubscriptionIds.includes(String(licence['snowid'])))).toBe(true);
    expect(licences.some((licence) => Number(licence['azure_connection_id'] ?? 0) > 0)).toBe(true);
  });

  it('are about a hundred beside those, some of them over', () => {
    const others = data.psa.licences.length - data.nativeSubscriptionIds.length;
    expect(others).toBe(100);
    expect(data.psa.licences.filter((licence) => licence['is_active'] === false).length).toBeGreaterThan(10);
  });
});

describe('a large world', () => {
  it('has all of its 20,000 live subscriptions', () => {
    const large = generateData({ today, customers: 8000, subscriptions: 20_000 });
    expect(large.marketplace.customers).toHaveLength(8000);
    expect(large.marketplace.subscriptions.filter(isLive)).toHaveLength(20_000);
    expect(large.marketplace.subscriptions).toHaveLength(20_000 + 38_400 + 3);
  });

  it('takes as much more work to make as it is larger', async () => {
    const work = (times: number): Promise<number> =>
      workOf(() => generateData({ today, customers: 200 * times, subscriptions: 500 * times }));
    const small = await work(1);
    expect(small).toBeGreaterThan(500);
    expect(await work(4)).toBeLessThan(5 * small);
  });
});
