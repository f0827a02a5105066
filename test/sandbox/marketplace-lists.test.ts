import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.js';
import { field, ids, reader, rows, smallSandbox, text, walk } from './marketplace-fixture.js';
import type { Answer } from './marketplace-fixture.js';
import { workOf } from './work.js';

let sandbox: Sandbox;
let read: (path: string) => Promise<Answer>;

beforeEach(async () => {
  sandbox = await smallSandbox();
  read = await reader(sandbox);
});

afterEach(() => sandbox.close());

describe('a list of the marketplace sandbox', () => {
  it('has ten rows to a page unless asked otherwise, and says where it is', async () => {
    const page = await read('/customers');
    expect(rows(page)).toHaveLength(10);
    expect(field(page.body, 'pagination')).toEqual({ offset: 0, limit: 10, total: 30 });
    expect(field((await read('/customers?offset=25&limit=20')).body, 'pagination')).toEqual({ offset: 25, limit: 20, total: 30 });
  });

  it.each(['customers', 'subscriptions', 'orders', 'products'])('shows each of the %s once on a walk', async (kind) => {
    const all = await walk(read, `/${kind}`, 7);
    expect(all.length).toBeGreaterThan(20);
    // A product has a row for each way it is sold.
    const distinct = new Set(all.map((row) => JSON.stringify([row['id'], row['subscriptionPeriod'], row['billingPeriod']])));
    expect(distinct.size).toBe(all.length);
    const page = await read(`/${kind}?limit=1`);
    expect(field(page.body, 'pagination', 'total')).toBe(all.length);
  });

  it.each(['customers', 'subscriptions', 'orders'])('shows the newest of the %s first', async (kind) => {
    const shown = ids(await walk(read, `/${kind}`, 50)).map(Number);
    expect(shown).toEqual(shown.toSorted((a, b) => b - a));
  });

  it.each(['limit=0', 'limit=-1', 'limit=x', 'offset=-1', 'offset=1.5', 'limit=5&limit=6'])('answers 400 to %s', async (query) => {
    expect((await read(`/subscriptions?${query}`)).status).toBe(400);
  });

  it('ignores parameters that it does not know', async () => {
    expect(rows(await read('/subscriptions?vendor=nobody&sort=name&limit=50'))).toHaveLength(50);
  });

  it('has at most 500 rows to a page: more is lowered silently, or refused', async () => {
    expect(field((await read('/customers?limit=1000')).body, 'pagination', 'limit')).toBe(500);
    sandbox.marketplace.set({ overLimit: 'refuse' });
    expect((await read('/customers?limit=501')).status).toBe(400);
    expect((await read('/customers?limit=500')).status).toBe(200);
  });

  it('may lack its pagination', async () => {
    sandbox.marketplace.set({ pagination: 'absent' });
    expect(Object.keys((await read('/orders')).body ?? {})).toEqual(['data']);
  });

  it('is empty past its end, or without data when empty arrays are left out', async () => {
    expect(rows(await read('/customers?offset=30'))).toEqual([]);
    sandbox.marketplace.set({ emptyArrays: 'omitted' });
    expect((await read('/customers?offset=30')).body).toEqual({ pagination: { offset: 30, limit: 10, total: 30 } });
  });

  it('may list every tenth row twice', async () => {
    sandbox.marketplace.set({ duplicateRows: true });
    const all = ids(await walk(read, '/customers', 7));
    expect(all).toHaveLength(33);
    expect(new Set(all).size).toBe(30);
  });

  it('may move its last row to the front under a walk, so that the total stays and a row is missed', async () => {
    sandbox.marketplace.set({ shiftPages: { kind: 'move', times: 1 } });
    const all = ids(await walk(read, '/customers', 10));
    expect(all).toHaveLength(30);
    expect(new Set(all).size).toBe(29);
    expect(sandbox.marketplace.switches.shiftPages).toBeNull();
    expect(new Set(ids(await walk(read, '/customers', 10))).size).toBe(30);
  });

  it.each(['customers', 'subscriptions', 'orders'])('may gain a row at the front of the %s under a walk', async (kind) => {
    const before = Number(field((await read(`/${kind}`)).body, 'pagination', 'total'));
    sandbox.marketplace.set({ shiftPages: { kind: 'insert', times: 1 } });
    await read(`/${kind}?offset=10`);
    await read(`/${kind}?offset=20`);
    expect(field((await read(`/${kind}`)).body, 'pagination', 'total')).toBe(before + 1);
  });

  it('answers 404 with the platform’s body to paths there are none of, and to HEAD', async () => {
    const unknown = await read('/invoices?limit=1');
    expect(unknown.status).toBe(404);
    expect(field(unknown.body, 'path')).toBe('/invoices');
    const key = { 'x-subscription-key': sandbox.credentials.marketplace.subscriptionKey };
    expect((await fetch(`${sandbox.marketplaceUrl}/customers`, { method: 'HEAD', headers: key })).status).toBe(404);
  });

  it('lists no resellers below a small one', async () => {
    expect((await read('/resellers')).body).toEqual({ data: [], pagination: { offset: 0, limit: 10, total: 0 } });
  });
});

describe('rows of customers', () => {
  it('carry four fields, or all when the switch says so', async () => {
    const short = await walk(read, '/customers', 30);
    for (const row of short) expect(['id', 'externalId', 'name', 'status']).toEqual(expect.arrayContaining(Object.keys(row)));
    sandbox.marketplace.set({ shortCustomerRows: false });
    const [whole] = rows(await read('/customers?limit=1'));
    expect(whole).toMatchObject({
      address: { countryCode: expect.any(String) },
      contactPersons: [{ type: 'admin' }],
      resellerId: '1000000',
    });
  });

  it('are found by name, external id and a contact’s address', async () => {
    const customer = sandbox.marketplace.world.addCustomer({ name: 'Findable Labs', externalId: 'F-1' });
    const email = customer.contactPersons?.[0]?.email;
    for (const query of ['name=findable', 'externalId=F-1', `email=${email}`])
      expect(ids(rows(await read(`/customers?${query}`)))).toEqual([customer.id]);
    expect(rows(await read('/customers?resellerId=2'))).toEqual([]);
  });
});

describe('rows of subscriptions', () => {
  it('never carry products, quantity or prices', async () => {
    for (const row of await walk(read, '/subscriptions', 100)) {
      for (const absent of ['products', 'totalPrice', 'totalSubscriptionCost', 'planId', 'orderParameters', 'fulfillmentParameters']) {
        expect(row).not.toHaveProperty(absent);
      }
      expect(row).toMatchObject({ name: expect.any(String), billingPeriod: expect.anything(), subscriptionPeriod: expect.anything() });
    }
  });

  it('may lack name, billing and term, as those of version 1.5', async () => {
    sandbox.marketplace.set({ oldListRows: true });
    const [row] = rows(await read('/subscriptions?limit=1'));
    for (const absent of ['name', 'billingModel', 'billingPeriod', 'subscriptionPeriod']) expect(row).not.toHaveProperty(absent);
    expect(row).toHaveProperty('customerId');
  });

  it('are filtered by one status; several, or one there is none of, are a 400', async () => {
    const active = await walk(read, '/subscriptions?status=active', 10);
    expect(active.length).toBeGreaterThan(0);
    expect(active.every((row) => row['status'] === 'active')).toBe(true);
    for (const wrong of ['active,pending', 'frozen', 'active&status=hold'])
      expect((await read(`/subscriptions?status=${wrong}`)).status).toBe(400);
  });

  it('are filtered by customer and by day of creation, both bounds included', async () => {
    const [some] = rows(await read('/subscriptions?limit=1'));
    const owner = text(some?.['customerId']);
    const owned = await walk(read, `/subscriptions?customerId=${owner}`, 5);
    const all = await walk(read, '/subscriptions', 100);
    expect(ids(owned)).toEqual(ids(all.filter((row) => row['customerId'] === owner)));
    const day = text(some?.['creationDate']);
    const dated = await walk(read, `/subscriptions?creationDateFrom=${day}&creationDateTo=${day}`, 5);
    expect(ids(dated)).toEqual(ids(all.filter((row) => row['creationDate'] === day)));
  });
});

describe('rows of orders', () => {
  it('are newest first by their UTC times and lack products', async () => {
    const times = (await walk(read, '/orders', 100)).map((row) => {
      expect(row).not.toHaveProperty('products');
      return text(row['creationDate']);
    });
    expect(times.every((time) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time))).toBe(true);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('may write their times with a space', async () => {
    sandbox.marketplace.set({ orderDates: 'space' });
    expect(text(rows(await read('/orders?limit=1'))[0]?.['creationDate'])).toMatch(/^\d{4}-\d\d-\d\d \d\d:/);
  });
});

describe('the list of products', () => {
  it('repeats an MPN for each term and billing it is sold in', async () => {
    const sold = rows(await read('/products?mpn=CFQ7TTC0LCHC:0002&limit=50'));
    expect(sold.length).toBeGreaterThan(1);
    const terms = sold.map((row) => JSON.stringify([row['subscriptionPeriod'], row['billingPeriod']]));
    expect(new Set(terms).size).toBe(sold.length);
    expect(field(sold[0], 'costs', 0, 'amount')).toEqual(expect.any(String));
  });
});

describe('a list of many', () => {
  /** Begins again with so many live subscriptions. */
  async function grow(subscriptions: number): Promise<void> {
    await sandbox.close();
    sandbox = await smallSandbox({ customers: subscriptions / 4, subscriptions });
    read = await reader(sandbox);
  }

  it('shows 20,000 live subscriptions and the ended ones, each once', async () => {
    await grow(20_000);
    const all = ids(await walk(read, '/subscriptions', 500));
    expect(all).toHaveLength(20_000 + 38_400 + 3);
    expect(new Set(all).size).toBe(all.length);
  });

  it('takes as much more work to walk as it is longer: rows are not gone through for each page', async () => {
    const work = async (subscriptions: number): Promise<number> => {
      await grow(subscriptions);
      return workOf(() => walk(read, '/subscriptions', 20));
    };
    const few = await work(200);
    expect(few).toBeGreaterThan(500);
    expect(await work(800)).toBeLessThan(5 * few);
  });
});
