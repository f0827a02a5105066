import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { Answer } from './marketplace-fixture.js';
import { call, field, headersOf, reader, smallSandbox } from './marketplace-fixture.js';
import { workOf } from './work.js';

let sandbox: Sandbox;
let read: (path: string) => Promise<Answer>;

beforeEach(async () => {
  sandbox = await smallSandbox();
  read = await reader(sandbox);
});

afterEach(() => sandbox.close());

/** Reads the details of these ids, ten at a time; gives what status each came with. */
async function readAll(wanted: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  const left = [...wanted];
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) statuses.push((await read(`/subscriptions/${id}`)).status);
    }),
  );
  return statuses;
}

describe('one subscription of the marketplace sandbox', () => {
  it('carries its product lines, totals and Microsoft ids', async () => {
    const { id } = sandbox.marketplace.world.addSubscription(
      { fulfillmentParameters: [{ name: 'ms_customer_id', value: 'a-tenant' }] },
      11,
    );
    const { status, body } = await read(`/subscriptions/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      status: 'active',
      products: [
        {
          mpn: 'CFQ7TTC0LCHC:0002',
          vendor: 'Microsoft',
          quantity: 11,
          unitPrice: { currency: 'USD', amount: '22' },
          unitCost: { currency: 'USD', amount: '18.7' },
          extendedPrice: { currency: 'USD', amount: '242' },
        },
      ],
      totalPrice: { currency: 'USD', amount: '242' },
      fulfillmentParameters: [{ name: 'ms_customer_id', value: 'a-tenant' }],
    });
  });

  it('may hide costs', async () => {
    const { id } = sandbox.marketplace.world.addSubscription();
    sandbox.marketplace.set({ costsVisible: false });
    const { body } = await read(`/subscriptions/${id}`);
    expect(field(body, 'products', 0, 'unitPrice')).toBeDefined();
    expect(JSON.stringify(body)).not.toMatch(/cost/i);
    expect(JSON.stringify((await read('/products?limit=100')).body)).not.toMatch(/cost/i);
  });

  it('may lack the ids of the vendor', async () => {
    const { id } = sandbox.marketplace.world.addSubscription({ products: [{ mpn: 'X', quantity: 1, vendorSubscriptionId: 'v-1' }] });
    expect(field((await read(`/subscriptions/${id}`)).body, 'products', 0, 'vendorSubscriptionId')).toBe('v-1');
    sandbox.marketplace.set({ vendorSubscriptionIds: false });
    expect(field((await read(`/subscriptions/${id}`)).body, 'products', 0)).toEqual({ mpn: 'X', quantity: 1 });
  });

  it('has an empty array of products, or none when empty arrays are left out', async () => {
    const { id } = sandbox.marketplace.world.addSubscription({ products: [] });
    expect(field((await read(`/subscriptions/${id}`)).body, 'products')).toEqual([]);
    sandbox.marketplace.set({ emptyArrays: 'omitted' });
    expect((await read(`/subscriptions/${id}`)).body).not.toHaveProperty('products');
  });
});

describe('one customer and one order', () => {
  it('carry everything that their rows lack', async () => {
    const [customer] = sandbox.marketplace.world.customers.newestFirst();
    expect((await read(`/customers/${customer?.id}`)).body).toEqual(structuredClone(customer));
    const order = sandbox.marketplace.world.addOrder({ products: [{ mpn: 'X', quantity: -1 }], poNumber: 'PO 1' });
    expect((await read(`/orders/${order.id}`)).body).toMatchObject({ type: 'change', poNumber: 'PO 1', products: [{ quantity: -1 }] });
  });
});

describe('an id that the marketplace sandbox does not know', () => {
  it.each(['/customers/1', '/subscriptions/1', '/orders/1'])('is a 404, or a 400 that says so: %s', async (path) => {
    const missing = await read(path);
    expect(missing.status).toBe(404);
    expect(field(missing.body, 'path')).toBe(path);
    sandbox.marketplace.set({ unknownId: '400-no-entity' });
    const refused = await read(path);
    expect(refused.status).toBe(400);
    expect(field(refused.body, 'message')).toContain('No entity has been found');
  });

  it('may come in the second shape of errors', async () => {
    sandbox.marketplace.set({ errorShape: 'spring' });
    expect(Object.keys((await read('/orders/1')).body ?? {}).toSorted()).toEqual(['correlationId', 'error', 'path', 'status', 'timestamp']);
  });
});

describe('the marketplace sandbox', () => {
  it('sends a correlation id with every answer, unless switched off', async () => {
    expect((await read('/customers')).headers.get('x-correlation-id')).toMatch(/^a8n-[0-9a-f-]{36}$/);
    const broken = await read('/orders/1');
    expect(field(broken.body, 'correlationId')).toBe(broken.headers.get('x-correlation-id'));
    sandbox.marketplace.set({ correlationHeader: false });
    expect((await read('/customers')).headers.get('x-correlation-id')).toBeNull();
  });

  it.each(['POST', 'PATCH', 'PUT', 'DELETE'])('changes nothing by %s, and records that it was asked to', async (method) => {
    const [{ id } = { id: '' }] = sandbox.marketplace.world.subscriptions.newestFirst();
    const before = structuredClone(sandbox.marketplace.world.subscriptions.get(id));
    const headers = { ...(await headersOf(sandbox)), 'content-type': 'application/json' };
    const answer = await call(`${sandbox.marketplaceUrl}/subscriptions/${id}`, { method, headers, body: '{"renewalStatus":false}' });
    expect(answer.status).toBe(405);
    expect(sandbox.marketplace.world.subscriptions.get(id)).toEqual(before);
    expect(sandbox.kernel.calls.all().at(-1)).toMatchObject({ vendor: 'marketplace', method, path: `/subscriptions/${id}`, status: 405 });
  });

  it('answers under any region', async () => {
    const headers = await headersOf(sandbox);
    expect((await call(`${sandbox.url}/marketplace/eu/customers`, { headers })).status).toBe(200);
  });

  it('answers 550 details, ten at a time', async () => {
    const { world } = sandbox.marketplace;
    const wanted = Array.from({ length: 550 }, () => world.addSubscription().id);
    expect(await readAll(wanted)).toEqual(wanted.map(() => 200));
  });

  it('takes as much work for a detail however many subscriptions there are', async () => {
    const { world } = sandbox.marketplace;
    const add = (count: number): string[] => Array.from({ length: count }, () => world.addSubscription().id);
    const few = add(50);
    const work = await workOf(() => readAll(few));
    expect(work).toBeGreaterThan(50);
    const many = add(2000);
    expect(await workOf(() => readAll([...few.slice(0, 25), ...many.slice(-25)]))).toBeLessThan(1.1 * work);
  });
});
