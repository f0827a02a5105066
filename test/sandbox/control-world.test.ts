import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.js';
import { control, field, ids, reader, rows, smallSandbox, text } from './marketplace-fixture.js';
import type { Answer } from './marketplace-fixture.js';

let sandbox: Sandbox;
let read: (path: string) => Promise<Answer>;

beforeEach(async () => {
  sandbox = await smallSandbox();
  read = await reader(sandbox);
});

afterEach(() => sandbox.close());

const make = async (kind: string, body: object): Promise<string> => {
  const { status, body: made } = await control(sandbox, 'POST', `/marketplace/${kind}`, body);
  expect(status).toBe(201);
  return text(field(made, 'id'));
};

describe('POST /sandbox/marketplace', () => {
  it.each(['customers', 'subscriptions', 'orders'])('adds to the %s, as the newest, with what is not given made up', async (kind) => {
    const id = await make(kind, { status: 'pending' });
    expect(rows(await read(`/${kind}?limit=1`))[0]).toMatchObject({ id, status: 'pending' });
    expect((await control(sandbox, 'GET', `/marketplace/${kind}/${id}`)).body).toMatchObject({ id, status: 'pending' });
    expect(ids(rows(await control(sandbox, 'GET', `/marketplace/${kind}`)))[0]).toBe(id);
  });

  it('takes records that are wrong on purpose', async () => {
    const id = await make('subscriptions', { name: null, creationDate: 'soon', products: [null], quantity: 3 });
    expect((await read(`/subscriptions/${id}`)).body).toMatchObject({ name: null, creationDate: 'soon', products: [null] });
  });

  it.each([
    ['subscriptions', { colour: 'red' }],
    ['subscriptions', { quantity: '3' }],
    ['customers', { id: 5 }],
    ['customers', []],
  ])('refuses for %s: %j', async (kind, body) => {
    expect((await control(sandbox, 'POST', `/marketplace/${kind}`, body)).status).toBe(400);
  });

  it('refuses an id that is taken', async () => {
    const id = await make('customers', {});
    expect((await control(sandbox, 'POST', '/marketplace/customers', { id })).status).toBe(400);
  });

  it('knows no other kinds', async () => {
    expect((await control(sandbox, 'POST', '/marketplace/invoices', {})).status).toBe(404);
  });
});

describe('PATCH /sandbox/marketplace/subscriptions', () => {
  it('changes a quantity as the platform does: totals follow, a change order appears, the list row is untouched', async () => {
    const id = await make('subscriptions', { quantity: 5, lastModifiedDate: '2026-01-01' });
    const [before] = rows(await read('/subscriptions?limit=1'));
    sandbox.kernel.clock.advance(60_000);
    expect((await control(sandbox, 'PATCH', `/marketplace/subscriptions/${id}`, { quantity: 8 })).status).toBe(200);
    expect((await read(`/subscriptions/${id}`)).body).toMatchObject({ products: [{ quantity: 8 }], totalPrice: { amount: '176' } });
    expect(rows(await read('/subscriptions?limit=1'))[0]).toEqual(before);
    const [order] = rows(await read('/orders?limit=1'));
    expect(order).toMatchObject({ type: 'change', status: 'completed', statusCode: 'CP', customerId: before?.['customerId'] });
    expect((await read(`/orders/${text(order?.['id'])}`)).body).toMatchObject({ subscriptionId: id, products: [{ quantity: 3 }] });
  });

  it('leaves no order when it is silent, or when it ends a subscription', async () => {
    const id = await make('subscriptions', {});
    const orders = sandbox.marketplace.world.orders.size;
    await control(sandbox, 'PATCH', `/marketplace/subscriptions/${id}`, { quantity: 8, silent: true });
    await control(sandbox, 'PATCH', `/marketplace/subscriptions/${id}`, { status: 'terminated' });
    expect(sandbox.marketplace.world.orders.size).toBe(orders);
    expect((await read(`/subscriptions/${id}`)).body).toMatchObject({ status: 'terminated', products: [{ quantity: 8 }] });
  });

  it('takes fields away', async () => {
    const id = await make('subscriptions', {});
    await control(sandbox, 'PATCH', `/marketplace/subscriptions/${id}`, { unset: ['products', 'expirationDate'] });
    const { body } = await read(`/subscriptions/${id}`);
    expect(body).not.toHaveProperty('products');
    expect(body).not.toHaveProperty('expirationDate');
  });

  it('moves it to another customer, whose list then holds it', async () => {
    const id = await make('subscriptions', {});
    const customerId = await make('customers', { name: 'New owner' });
    expect(rows(await read(`/subscriptions?customerId=${customerId}`))).toEqual([]);
    await control(sandbox, 'PATCH', `/marketplace/subscriptions/${id}`, { customerId });
    expect(ids(rows(await read(`/subscriptions?customerId=${customerId}`)))).toEqual([id]);
  });

  it.each([{}, { id: '1' }, { quantity: 'two' }, { colour: 'red' }, { unset: 'name' }, { unset: ['colour'] }, []])(
    'refuses %j',
    async (body) => {
      const id = await make('subscriptions', {});
      const before = structuredClone(sandbox.marketplace.world.subscriptions.get(id));
      const answer = await control(sandbox, 'PATCH', `/marketplace/subscriptions/${id}`, body);
      expect(answer.status).toBe(400);
      expect(field(answer.body, 'message')).toEqual(expect.stringMatching(/\.$/));
      expect(sandbox.marketplace.world.subscriptions.get(id)).toEqual(before);
    },
  );

  it('refuses a quantity where there is no product', async () => {
    const id = await make('subscriptions', { products: [] });
    expect((await control(sandbox, 'PATCH', `/marketplace/subscriptions/${id}`, { quantity: 1 })).status).toBe(400);
  });
});

describe('PATCH and DELETE of customers and orders', () => {
  it.each([
    ['customers', { name: 'Renamed' }],
    ['orders', { status: 'error' }],
  ])('change and remove %s', async (kind, patch) => {
    const id = await make(kind, {});
    await control(sandbox, 'PATCH', `/marketplace/${kind}/${id}`, patch);
    expect((await read(`/${kind}/${id}`)).body).toMatchObject(patch);
    expect((await control(sandbox, 'DELETE', `/marketplace/${kind}/${id}`)).status).toBe(200);
    expect((await read(`/${kind}/${id}`)).status).toBe(404);
    expect(ids(rows(await read(`/${kind}?limit=50`)))).not.toContain(id);
    expect((await control(sandbox, 'DELETE', `/marketplace/${kind}/${id}`)).status).toBe(404);
  });
});

it('ends all tokens of the marketplace at once when told to', async () => {
  expect((await control(sandbox, 'DELETE', '/marketplace/tokens')).status).toBe(200);
  expect((await read('/customers')).status).toBe(401);
});
