import { afterEach, describe, expect, it } from '@jest/globals';
import type { Order, SubscriptionDetail } from '../../src/domain/index.js';
import { FakeMarketplace, gatewayError, html, platformError, slice, type Reply } from './fake-marketplace.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

async function serve(reply: Reply): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start((call) => (call.path === '/token' ? undefined : reply));
  return fake;
}

const WHOLE = {
  id: '1369491',
  name: 'Business Premium',
  customerId: '1000001',
  status: 'active',
  attributes: { PONumber: 'T1' },
  renewalStatus: true,
  creationDate: '2025-11-02',
  renewalDate: '2026-11-02',
  lastModifiedDate: '2026-03-01',
  expirationDate: '2026-11-01 00:00:00',
  billingModel: 'chargeBeforeBillingPeriod',
  billingPeriod: { type: 'month', duration: 1 },
  subscriptionPeriod: { type: 'year', duration: 1 },
  products: [
    {
      mpn: 'CFQ7TTC0LCHC:0002',
      vendor: 'Microsoft',
      id: 'PRD326576',
      quantity: 11,
      name: 'Microsoft 365 Business Premium',
      unitPrice: { currency: 'AUD', amount: '33.00' },
      unitCost: { currency: 'aud', amount: '11.3333' },
      vendorSubscriptionId: '6f1d',
    },
  ],
  orderParameters: [{ name: 'microsoft_domain', value: 'contoso.onmicrosoft.com' }],
  fulfillmentParameters: [{ name: 'ms_customer_id', value: '11111111-2222-3333-4444-555555555555' }],
};

async function detailOf(changes: object): Promise<SubscriptionDetail> {
  const server = await serve({ body: { ...WHOLE, ...changes } });
  const detail = await server.client().subscription('1369491');
  if (!detail || !('lines' in detail)) throw new Error(`not a detail: ${JSON.stringify(detail)}`);
  await server.close();
  return detail;
}

describe('a subscription', () => {
  it('is translated with its line', async () => {
    expect(await detailOf({})).toEqual({
      subscriptionId: '1369491',
      customerId: '1000001',
      name: 'Business Premium',
      status: 'active',
      autoRenew: true,
      creationDate: '2025-11-02',
      renewalDate: '2026-11-02',
      lastModifiedDate: '2026-03-01',
      expirationDate: '2026-11-01',
      billingPeriod: { type: 'month', duration: 1 },
      subscriptionPeriod: { type: 'year', duration: 1 },
      microsoftTenantId: '11111111-2222-3333-4444-555555555555',
      microsoftDomain: 'contoso.onmicrosoft.com',
      lines: [
        {
          line: 'CFQ7TTC0LCHC:0002',
          mpn: 'CFQ7TTC0LCHC:0002',
          productId: 'PRD326576',
          manufacturer: 'Microsoft',
          name: 'Microsoft 365 Business Premium',
          quantity: 11,
          unitPrice: { currency: 'AUD', amount: '33' },
          unitCost: { currency: 'AUD', amount: '11.3333' },
          vendorSubscriptionId: '6f1d',
        },
      ],
    });
  });

  it('needs nothing but its id and customer', async () => {
    const server = await serve({ body: { id: '5', customerId: '7' } });
    expect(await server.client().subscription('5')).toEqual({ subscriptionId: '5', customerId: '7', status: 'unknown', lines: [] });
  });

  it('keeps the raw text of a status it does not know', async () => {
    expect(await detailOf({ status: 'migrating' })).toMatchObject({ status: 'unknown', rawStatus: 'migrating' });
    expect(await detailOf({ status: null })).not.toHaveProperty('rawStatus');
  });

  it('leaves out what is malformed', async () => {
    const detail = await detailOf({
      renewalStatus: 'yes',
      creationDate: '2026-02-31',
      renewalDate: 20260101,
      expirationDate: 'soon',
      billingPeriod: 'month',
      subscriptionPeriod: { type: 'year', duration: '1' },
      products: [
        {
          mpn: 'A',
          quantity: '10',
          unitPrice: { currency: 'AUD', amount: '1,5' },
          unitCost: { currency: '', amount: '2' },
          name: {},
          vendorSubscriptionId: null,
        },
      ],
      orderParameters: {},
      fulfillmentParameters: [null, { name: 'ms_customer_id', value: { deep: 1 } }],
    });
    expect(detail).toEqual({
      subscriptionId: '1369491',
      customerId: '1000001',
      name: 'Business Premium',
      status: 'active',
      lastModifiedDate: '2026-03-01',
      lines: [{ line: 'A', mpn: 'A' }],
    });
  });

  it('keeps exact amounts, and none that would be dangerous', async () => {
    const amounts = ['0.1', '100000000000000.123456', '-5.50', 12.5, '.5', '1e400', '9'.repeat(50), 'NaN', ''];
    const detail = await detailOf({ products: amounts.map((amount, n) => ({ mpn: `M${n}`, unitPrice: { currency: 'USD', amount } })) });
    expect(detail.lines.map((line) => line.unitPrice?.amount)).toEqual([
      '0.1',
      '100000000000000.123456',
      '-5.5',
      '12.5',
      '0.5',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('finds the Microsoft tenant in the order parameters where provisioning did not set it', async () => {
    const orderParameters = [
      { name: 'microsoft_tenant_id', value: 'aaaa' },
      { name: 'microsoft_domain', value: 42 },
    ];
    expect(await detailOf({ fulfillmentParameters: undefined, orderParameters })).toMatchObject({
      microsoftTenantId: 'aaaa',
      microsoftDomain: '42',
    });
  });

  it.each([undefined, null, []])('with products %p has no lines', async (products) => {
    expect((await detailOf({ products })).lines).toEqual([]);
  });

  it.each(['text', {}, [null], ['text'], [{ mpn: 'A' }, 5]])('with products %j is set aside', async (products) => {
    const server = await serve({ body: { ...WHOLE, products } });
    expect(await server.client().subscription('1369491')).toEqual({ id: '1369491', reason: expect.stringContaining('products') });
  });

  it('without a customer is set aside', async () => {
    const server = await serve({ body: { ...WHOLE, customerId: null } });
    expect(await server.client().subscription('1369491')).toEqual({ id: '1369491', reason: 'The subscription has no customer id.' });
  });
});

describe('lines', () => {
  it('are named by MPN, else product id, else "unnamed", with numbers for repeats', async () => {
    const products = [{ mpn: 'B' }, { id: 'P1' }, { mpn: ' ', name: 'Plan' }, { mpn: 'B' }, { name: 'Other plan' }, { mpn: 'B' }];
    expect((await detailOf({ products })).lines.map((line) => line.line)).toEqual(['B', 'B#2', 'B#3', 'P1', 'unnamed', 'unnamed#2']);
  });

  it('have the same names whatever order they come in', async () => {
    const products = [
      { mpn: 'A', id: 'P2', quantity: 1 },
      { mpn: 'A', id: 'P1', quantity: 9 },
      { mpn: 'A', id: 'P1', quantity: 2, unitPrice: { currency: 'USD', amount: '10' } },
      { mpn: 'A', id: 'P1', quantity: 2, unitPrice: { currency: 'USD', amount: '9' } },
      { id: 'P1' },
    ];
    const expected = (await detailOf({ products })).lines;
    expect(expected.map((line) => [line.line, line.productId, line.quantity, line.unitPrice?.amount])).toEqual([
      ['A', 'P1', 2, '9'],
      ['A#2', 'P1', 2, '10'],
      ['A#3', 'P1', 9, undefined],
      ['A#4', 'P2', 1, undefined],
      ['P1', 'P1', undefined, undefined],
    ]);
    for (let turn = 1; turn < products.length; turn += 1) {
      const turned = [...products.slice(turn), ...products.slice(0, turn)];
      expect((await detailOf({ products: turned })).lines).toEqual(expected);
      expect((await detailOf({ products: turned.toReversed() })).lines).toEqual(expected);
    }
  });

  it('never share a name, even with a product that is really called so', async () => {
    const { lines } = await detailOf({ products: [{ mpn: 'A' }, { mpn: 'A' }, { mpn: 'A#2' }] });
    expect(lines.map((line) => line.line)).toEqual(['A', 'A#3', 'A#2']);
  });
});

describe('a record asked for by its id', () => {
  it.each([
    ['404', platformError(404, 'Subscription not found')],
    ['400 "No entity"', platformError(400, 'No entity has been found by id 5')],
    ['404 without a body', { status: 404 }],
  ])('is not there after %s', async (_what, reply) => {
    const server = await serve(reply);
    const client = server.client();
    expect(await client.subscription('5')).toBeNull();
    expect(await client.customer('5')).toBeNull();
    expect(await client.order('5')).toBeNull();
    expect(server.reads()).toHaveLength(3);
  });

  it.each([
    ['a 404 that is a web page', { ...html, status: 404 }],
    ['a 404 of the gateway', gatewayError(404, 'Resource not found')],
    ['another 400', platformError(400, 'Bad id')],
    ['a refusal', platformError(403, 'Forbidden')],
    ['a throttle', { status: 429 }],
    ['an error', platformError(500, 'No entity')],
    ['a web page', html],
    ['nothing', { body: '' }],
    ['null', { body: 'null' }],
    ['a list', { body: { data: [], pagination: { total: 0 } } }],
    ['another record', { body: { ...WHOLE, id: '6' } }],
  ])('is not proven absent by %s', async (_what, reply) => {
    const server = await serve(reply);
    await expect(server.client().subscription('5')).rejects.toMatchObject({ name: 'UpstreamError' });
  });

  it('is asked for by an encoded path, and not at all by one that is none', async () => {
    const server = await serve({ body: { ...WHOLE, id: 'a/b?c' } });
    const client = server.client();
    expect(await client.subscription('a/b?c')).toMatchObject({ subscriptionId: 'a/b?c' });
    expect(await client.subscription('')).toBeNull();
    expect(await client.subscription('..')).toBeNull();
    expect(server.received.map((call) => call.path)).toEqual(['/token', '/subscriptions/a%2Fb%3Fc']);
  });

  it('may have a number for an id', async () => {
    const server = await serve({ body: { ...WHOLE, id: 5 } });
    expect(await server.client().subscription('5')).toMatchObject({ subscriptionId: '5' });
  });
});

describe('a customer', () => {
  it('is translated with address and contact', async () => {
    const server = await serve({
      body: {
        id: '7',
        name: ' Contoso Pty Ltd ',
        status: 'creditHold',
        resellerId: 'r1',
        address: { streetAddress: '1 High St', addressExtension: '', postalCode: 2000, city: 'Sydney', state: 'NSW', countryCode: 'au' },
        contactPersons: [
          { type: 'billing', firstName: 'Bea', email: 'b@example.com' },
          { type: 'admin', firstName: 'Ann', lastName: 'Lee', email: 'a@example.com', phoneNumber: '61#2#5550100#9' },
        ],
      },
    });
    expect(await server.client().customer('7')).toEqual({
      customerId: '7',
      name: 'Contoso Pty Ltd',
      status: 'creditHold',
      resellerId: 'r1',
      address: { street: '1 High St', postalCode: '2000', city: 'Sydney', state: 'NSW', countryCode: 'AU' },
      contact: { firstName: 'Ann', lastName: 'Lee', email: 'a@example.com', phone: '+61 2 5550100 x9' },
    });
  });

  it.each([
    ['81##18881234567#', '+81 18881234567'],
    ['+1#555#0100#', '+1 555 0100'],
    ['555 0100', '555 0100'],
    ['1###', undefined],
  ])('has its phone number %p as people write it', async (phoneNumber, phone) => {
    const server = await serve({ body: { id: '7', name: 'A', contactPersons: [{ type: 'admin', firstName: 'A', phoneNumber }] } });
    expect(await server.client().customer('7')).toMatchObject({ contact: phone === undefined ? { firstName: 'A' } : { phone } });
  });

  it('without a name is set aside', async () => {
    const server = await serve({ body: { id: '7', name: '' } });
    expect(await server.client().customer('7')).toEqual({ id: '7', reason: 'The customer has no name.' });
  });
});

describe('orders', () => {
  const orders = Array.from({ length: 1100 }, (_, n) => ({
    id: String(5000 - n),
    customerId: '7',
    type: 'change',
    status: 'completed',
    creationDate: '2026-02-03 04:05:06',
  }));

  it('are read newest first, page by page, only as far as the caller goes', async () => {
    fake = await FakeMarketplace.start((call) => (call.path === '/token' ? undefined : slice(call, orders)));
    const client = fake.client();
    const first: Order[] = [];
    for await (const order of client.orders()) {
      first.push(order);
      if (first.length === 3) break;
    }
    expect(first[0]).toEqual({
      orderId: '5000',
      customerId: '7',
      type: 'change',
      status: 'completed',
      createdAt: '2026-02-03T04:05:06.000Z',
    });
    expect(fake.reads()).toEqual(['GET /orders?offset=0&limit=500']);
    const all: string[] = [];
    for await (const order of client.orders()) all.push(order.orderId);
    expect(all).toEqual(orders.map((order) => order.id));
  });

  it('are each shown once although new ones push them down, and unreadable ones left out', async () => {
    const rows: unknown[] = [...orders];
    rows.splice(3, 0, { id: '9' }, null);
    fake = await FakeMarketplace.start((call) => {
      if (call.path === '/token') return undefined;
      if (call.query.get('offset') !== '0') rows.unshift({ ...orders[0], id: `new${call.query.get('offset')}` });
      return slice(call, rows);
    });
    const all: string[] = [];
    for await (const order of fake.client().orders()) all.push(order.orderId);
    expect(all).toEqual(orders.map((order) => order.id));
  });

  it.each([
    ['2026-02-03T04:05:06.789Z', '2026-02-03T04:05:06.789Z'],
    ['2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06.000Z'],
    ['2026-02-03T04:05:06.000+0000', '2026-02-03T04:05:06.000Z'],
    ['2026-02-03', '2026-02-03T00:00:00.000Z'],
    ['yesterday', undefined],
    [17, undefined],
  ])('created at %p were created at %p', async (creationDate, createdAt) => {
    const server = await serve({ body: { id: '5', customerId: '7', creationDate } });
    const order = await server.client().order('5');
    expect(order).toMatchObject({ orderId: '5', status: 'unknown', type: 'unknown' });
    expect(order?.createdAt).toBe(createdAt);
  });

  it('fail when a page cannot be read', async () => {
    const server = await serve(html);
    await expect(server.client().orders().next()).rejects.toMatchObject({ kind: 'bad_answer' });
  });
});
