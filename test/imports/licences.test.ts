import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, later, licenceOf, product } from './people.js';
import { reasons, stage, type Ran, type Stage } from './stage.js';

const MONTH = { type: 'month', duration: 1 };
const YEAR = { type: 'year', duration: 1 };

describe('The licence of a line', () => {
  let on: Stage;
  let clientId: number;
  let customerId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    clientId = await addClient(on, 'Contoso');
    customerId = addCustomer(on, 'Contoso');
  });
  afterAll(() => on.close());

  const { stringify } = JSON;
  const licencesOf = ({ changes }: Ran): Ran['changes'] => changes.filter((change) => change.entity === 'licence');

  it('is written field by field as the design’s table says', async () => {
    await on.set({ subscriptionImport: { supplierId: '3' }, currency: 'USD' });
    const id = addSubscription(on, customerId, [product('CFQ7TTC0LH16:0001', { name: 'Business Basic', quantity: 7 })], {
      name: 'The subscription',
      renewalStatus: false,
      billingPeriod: MONTH,
      subscriptionPeriod: YEAR,
      orderParameters: [{ name: 'microsoft_domain', value: 'contoso.onmicrosoft.com' }],
      fulfillmentParameters: [{ name: 'ms_customer_id', value: '11111111-2222-3333-4444-555555555555' }],
    });
    const run = await on.run();
    const licence = licenceOf(on, id);
    expect(licence).toMatchObject({
      type: 1,
      name: 'Business Basic',
      count: 7,
      client_id: clientId,
      site_id: on.sandbox.psa.clients().find((client) => client.id === clientId)!['main_site_id'],
      purchase_price: 10.5,
      price: 12,
      start_date: '2026-03-01T00:00:00',
      end_date: '2027-03-01T00:00:00',
      term_duration: 'P1Y',
      billing_cycle: 'Monthly',
      status: 'Active',
      is_active: true,
      autorenew: false,
      vendor_product_sku: 'CFQ7TTC0LH16:0001',
      product_sku: 'INGRAM:Microsoft:CFQ7TTC0LH16:0001',
      manufacturer: 'Microsoft',
      distributor: 'Ingram Micro',
      supplier_id: 3,
      tenant_id: '11111111-2222-3333-4444-555555555555',
      tenant_name: 'contoso.onmicrosoft.com',
      snowid: `ingram/us/${id}`,
    });
    // Never written: what belongs to Halo and its people.
    expect([licence['vendor'], licence['notes'], licence['item_id'], licence['requested_quantity']]).toEqual([null, null, 0, 0]);
    const [change] = licencesOf(run);
    expect(change).toMatchObject({
      action: 'create',
      state: 'applied',
      customerId,
      subscriptionId: id,
      line: 'CFQ7TTC0LH16:0001',
      before: null,
      message: null,
      psaId: String(licence.id),
      after: { count: 7, price: '12', end_date: '2027-03-01' },
    });
  });

  it.each([
    ['a name of the product', { name: 'Product' }, 'Subscription', 'Product'],
    ['no name of the product: the subscription’s', { name: undefined }, 'Subscription', 'Subscription'],
    ['markup: as text', { name: 'A <b>& "B"' }, 'x', 'A &lt;b&gt;& "B"'.replace('&gt;', '&gt;')],
  ])('its name: %s', async (_what, line, name, expected) => {
    const id = addSubscription(on, customerId, [product('A', line)], { name });
    await on.run();
    expect(licenceOf(on, id)['name']).toBe(expected);
    expect((await on.run()).changes).toEqual([]);
  });

  it.each([
    ['nothing', 0],
    ['one', 1],
    ['as many as there can be', 2_147_483_647],
  ])('its count: %s', async (_what, seats) => {
    const id = addSubscription(on, customerId, [product('A', { quantity: seats })]);
    await on.run();
    expect(licenceOf(on, id)['count']).toBe(seats);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a fraction', { quantity: 2.5 }, 'fractional'],
    ['none said', { quantity: undefined }, 'invalid'],
    ['less than nothing', { quantity: -1 }, 'invalid'],
    ['more than Halo can count', { quantity: 2_147_483_648 }, 'invalid'],
    ['a word', { quantity: 'five' }, 'invalid'],
    ['no product', { mpn: undefined, id: undefined }, 'no_product'],
  ])('is not made for a quantity or product that is %s: a skip says so', async (_what, line, reason) => {
    const id = addSubscription(on, customerId, [product('A', line)]);
    const run = await on.run();
    expect(keyedCount(on)).toBe(0);
    expect(run.skips).toMatchObject([{ entity: 'subscription', marketplaceId: id, reason }]);
  });

  it.each([
    ['a year', YEAR, MONTH, 'P1Y', 'Monthly'],
    ['twelve months are a year', { type: 'month', duration: 12 }, { type: 'month', duration: 12 }, 'P1Y', 'Annual'],
    ['three years', { type: 'year', duration: 3 }, YEAR, 'P3Y', 'Annual'],
    ['a month', MONTH, MONTH, 'P1M', 'Monthly'],
    ['six months', { type: 'month', duration: 6 }, { type: 'month', duration: 3 }, 'P6M', 'P3M'],
    ['ten days', { type: 'day', duration: 10 }, MONTH, 'P10D', 'Monthly'],
    ['a rhythm without a length', YEAR, { type: 'statement_day', duration: 1 }, 'P1Y', ''],
  ])('its term and billing: %s', async (_what, subscriptionPeriod, billingPeriod, term, billing) => {
    const id = addSubscription(on, customerId, undefined, { subscriptionPeriod, billingPeriod });
    await on.run();
    expect(licenceOf(on, id)).toMatchObject({ term_duration: term, billing_cycle: billing });
    expect((await on.run()).changes).toEqual([]);
  });

  it.each([
    ['unknown', { type: 'unknown', duration: 0 }],
    ['a statement day', { type: 'statement_day', duration: 1 }],
    ['of no length', { type: 'month', duration: 0 }],
    ['missing', undefined],
  ])('is not made for a term that is %s', async (_what, subscriptionPeriod) => {
    addSubscription(on, customerId, undefined, { subscriptionPeriod });
    const run = await on.run();
    expect(reasons(run)).toEqual(['unknown_term']);
    expect(keyedCount(on)).toBe(0);
  });

  it.each([
    ['the expiration', { expirationDate: '2027-03-01', renewalDate: '2027-02-28' }, '2027-03-01T00:00:00'],
    ['else the renewal', { expirationDate: undefined, renewalDate: '2027-02-28' }, '2027-02-28T00:00:00'],
    ['else none', { expirationDate: undefined, renewalDate: undefined }, '1901-01-01T00:00:00'],
  ])('its end: %s', async (_what, dates, end) => {
    const id = addSubscription(on, customerId, undefined, dates);
    await on.run();
    expect(licenceOf(on, id)['end_date']).toBe(end);
    expect((await on.run()).changes).toEqual([]);
  });

  it.each(['active', 'hold'])('is active while its subscription is %s', async (status) => {
    const id = addSubscription(on, customerId, undefined, { status });
    await on.run();
    expect(licenceOf(on, id)).toMatchObject({ status: 'Active', is_active: true });
  });

  it.each([
    ['pending', 'pending'],
    ['frozen', 'invalid'],
    ['terminated', 'ended'],
    ['removed', 'ended'],
  ])('is not made while its subscription is %s, and what is there is left alone', async (status, reason) => {
    addSubscription(on, customerId, undefined, { status });
    const made = addSubscription(on, customerId, [product('B')]);
    await on.run();
    expect(keyedCount(on)).toBe(1);
    const before = stringify(on.sandbox.psa.licences());
    on.sandbox.marketplace.world.changeSubscription(made, { status }, { quantity: 99 });
    later(on);
    const run = await on.run();
    expect(reasons(run)).toEqual([reason, reason]);
    expect(run.changes).toEqual([]);
    expect(stringify(on.sandbox.psa.licences())).toBe(before);
  });

  it('costs what the line costs, to the last digit', async () => {
    const id = addSubscription(on, customerId, [
      product('A', { unitCost: { currency: 'USD', amount: '9.63330' }, unitPrice: { currency: 'USD', amount: '11.3333' } }),
    ]);
    await on.run();
    expect(licenceOf(on, id)).toMatchObject({ purchase_price: 9.6333, price: 11.3333 });
    expect((await on.run()).changes).toEqual([]);
  });

  it('leaves amounts of another currency out, and says so', async () => {
    await on.set({ currency: 'USD' });
    const id = addSubscription(on, customerId, [
      product('A', { unitCost: { currency: 'EUR', amount: '9' }, unitPrice: { currency: 'EUR', amount: '11' } }),
    ]);
    const run = await on.run();
    expect(licenceOf(on, id)).toMatchObject({ purchase_price: 0, price: 0 });
    expect(licencesOf(run)[0]!.message).toBe("Amounts in EUR are left out: this tenant's currency is USD.");
    expect((await on.run()).changes).toEqual([]);
    await on.set({ currency: null });
    await on.run();
    expect(licenceOf(on, id)).toMatchObject({ purchase_price: 9, price: 0 });
  });

  describe('of a subscription with several products', () => {
    it('is one for each, the first with the subscription’s key, the others with their own', async () => {
      const id = addSubscription(on, customerId, [product('B', { quantity: 2 }), product('A', { quantity: 1 })]);
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ vendor_product_sku: 'A', count: 1 });
      expect(licenceOf(on, id, 'B')).toMatchObject({ vendor_product_sku: 'B', count: 2 });
      on.sandbox.marketplace.world.changeSubscription(id, {
        products: [product('A', { quantity: 3 }), product('B', { quantity: 4 })] as never,
      });
      later(on);
      await on.run({ customerId });
      expect([licenceOf(on, id)['count'], licenceOf(on, id, 'B')['count']]).toEqual([3, 4]);
    });

    it('is one for each of two alike, too', async () => {
      const id = addSubscription(on, customerId, [product('A', { quantity: 2 }), product('A', { quantity: 9 })]);
      await on.run();
      expect([licenceOf(on, id)['count'], licenceOf(on, id, 'A#2')['count']]).toEqual([2, 9]);
      await on.database.dataSource.query('DELETE FROM links');
      expect(licencesOf(await on.run())).toEqual([]);
    });

    it('goes on with its own price when the seats of one of two alike change', async () => {
      const alike = (cheap: number, dear: number): object[] => [
        product('A', { quantity: cheap, unitPrice: { currency: 'USD', amount: '12' } }),
        product('A', { quantity: dear, unitPrice: { currency: 'USD', amount: '20' } }),
      ];
      const id = addSubscription(on, customerId, alike(2, 9));
      await on.run();
      on.sandbox.marketplace.world.changeSubscription(id, { products: alike(15, 9) as never });
      later(on);
      await on.run({ customerId });
      expect(licenceOf(on, id)).toMatchObject({ price: 12, count: 15 });
      expect(licenceOf(on, id, 'A#2')).toMatchObject({ price: 20, count: 9 });
    });

    it('has the key of its own line when the first one is left out, and that one comes later', async () => {
      const id = addSubscription(on, customerId, [product('A', { quantity: 1.5 }), product('B')]);
      expect(reasons(await on.run())).toEqual(['fractional']);
      expect(licenceOf(on, id, 'B')['vendor_product_sku']).toBe('B');
      on.sandbox.marketplace.world.changeSubscription(id, { products: [product('A', { quantity: 2 }), product('B')] as never });
      later(on);
      await on.run({ customerId });
      expect(licenceOf(on, id)['vendor_product_sku']).toBe('A');
      await on.database.dataSource.query('DELETE FROM links');
      expect(licencesOf(await on.run())).toEqual([]);
    });

    it('keeps the first key when a product that goes before it is added', async () => {
      const id = addSubscription(on, customerId, [product('B')]);
      await on.run();
      on.sandbox.marketplace.world.changeSubscription(id, { products: [product('A'), product('B')] as never });
      later(on);
      await on.run({ customerId });
      expect([licenceOf(on, id)['vendor_product_sku'], licenceOf(on, id, 'A')['vendor_product_sku']]).toEqual(['B', 'A']);
      await on.database.dataSource.query('DELETE FROM links');
      expect(licencesOf(await on.run())).toEqual([]);
    });

    it('is not made for a product that took another one’s place in it: a person decides', async () => {
      const id = addSubscription(on, customerId, [product('A')]);
      await on.run();
      on.sandbox.marketplace.world.changeSubscription(id, { products: [product('B')] as never });
      later(on);
      const run = await on.run({ customerId });
      expect(run.skips.filter((skip) => skip.line === 'B')).toMatchObject([
        { marketplaceId: id, reason: 'successor', psaId: String(licenceOf(on, id)['id']) },
      ]);
      expect(keyedCount(on)).toBe(1);
    });
  });

  it('is not made for a trial where the settings say so, and is otherwise', async () => {
    const free = { currency: 'USD', amount: '0' };
    const id = addSubscription(on, customerId, [product('A', { name: 'Copilot Trial', unitCost: free, unitPrice: free })]);
    const paid = addSubscription(on, customerId, [product('B', { name: 'Trial Balance Reporting' })]);
    await on.set({ subscriptionImport: { trials: 'skip' } });
    const run = await on.run();
    expect(run.skips).toMatchObject([{ marketplaceId: id, line: 'A', reason: 'trial' }]);
    expect(licenceOf(on, paid)['count']).toBe(5);
    expect(run.row.state).toBe('succeeded');
    await on.set({ subscriptionImport: { trials: 'import' } });
    await on.run();
    expect(licenceOf(on, id)['count']).toBe(5);
  });

  it('of a customer that the marketplace does not show is not made', async () => {
    const id = addSubscription(on, '4711');
    expect((await on.run()).skips).toMatchObject([{ marketplaceId: id, reason: 'unknown_customer' }]);
    expect(keyedCount(on)).toBe(0);
  });
});
