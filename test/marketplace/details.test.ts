import { afterEach, describe, expect, it } from '@jest/globals';
import type { SubscriptionDetail } from '../../src/domain/index.js';
import { FakeMarketplace, type Reply } from './fake-marketplace.js';
import { WHOLE } from './whole-subscription.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

async function serve(reply: Reply): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start((call) => (call.path === '/token' ? undefined : reply));
  return fake;
}

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
      ['A', 'P1', 9, undefined],
      ['A#2', 'P1', 2, '9'],
      ['A#3', 'P1', 2, '10'],
      ['A#4', 'P2', 1, undefined],
      ['P1', 'P1', undefined, undefined],
    ]);
    for (let turn = 1; turn < products.length; turn += 1) {
      const turned = [...products.slice(turn), ...products.slice(0, turn)];
      expect((await detailOf({ products: turned })).lines).toEqual(expected);
      expect((await detailOf({ products: turned.toReversed() })).lines).toEqual(expected);
    }
  });

  it('keep their names when seats change, by the vendor’s subscription that each is', async () => {
    const named = async (first: number, second: number) => {
      const products = [
        { mpn: 'A', vendorSubscriptionId: 'v1', quantity: first },
        { mpn: 'A', vendorSubscriptionId: 'v2', quantity: second },
      ];
      return (await detailOf({ products })).lines.map((line) => [line.line, line.vendorSubscriptionId]);
    };
    expect(await named(9, 2)).toEqual(await named(2, 9));
  });

  it('never share a name, even with a product that is really called so', async () => {
    const { lines } = await detailOf({ products: [{ mpn: 'A' }, { mpn: 'A' }, { mpn: 'A#2' }] });
    expect(lines.map((line) => line.line)).toEqual(['A', 'A#3', 'A#2']);
  });
});
