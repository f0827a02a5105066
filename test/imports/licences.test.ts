import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

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
  const quantity = (subscriptionId: string, seats: number): void =>
    void on.sandbox.marketplace.world.changeSubscription(subscriptionId, {}, { quantity: seats });
  const patch = (subscriptionId: string, fields: Record<string, unknown>): void =>
    on.sandbox.psa.patchLicence(Number(licenceOf(on, subscriptionId)['id']), fields);
  const reasons = ({ skips }: Ran): string[] => skips.map((skip) => skip.reason);
  const licencesOf = ({ changes }: Ran): Ran['changes'] => changes.filter((change) => change.entity === 'licence');
  /** Enough time for an order to be told from the last look at it. */
  const later = (): void => on.sandbox.kernel.clock.advance(3_600_000);

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
    later();
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
      later();
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

    it('has the key of its own line when the first one is left out, and that one comes later', async () => {
      const id = addSubscription(on, customerId, [product('A', { quantity: 1.5 }), product('B')]);
      expect(reasons(await on.run())).toEqual(['fractional']);
      expect(licenceOf(on, id, 'B')['vendor_product_sku']).toBe('B');
      on.sandbox.marketplace.world.changeSubscription(id, { products: [product('A', { quantity: 2 }), product('B')] as never });
      later();
      await on.run({ customerId });
      expect(licenceOf(on, id)['vendor_product_sku']).toBe('A');
      await on.database.dataSource.query('DELETE FROM links');
      expect(licencesOf(await on.run())).toEqual([]);
    });

    it('keeps the first key when a product that goes before it is added', async () => {
      const id = addSubscription(on, customerId, [product('B')]);
      await on.run();
      on.sandbox.marketplace.world.changeSubscription(id, { products: [product('A'), product('B')] as never });
      later();
      await on.run({ customerId });
      expect([licenceOf(on, id)['vendor_product_sku'], licenceOf(on, id, 'A')['vendor_product_sku']]).toEqual(['B', 'A']);
      await on.database.dataSource.query('DELETE FROM links');
      expect(licencesOf(await on.run())).toEqual([]);
    });

    it('is not made for a product that took another one’s place in it: a person decides', async () => {
      const id = addSubscription(on, customerId, [product('A')]);
      await on.run();
      on.sandbox.marketplace.world.changeSubscription(id, { products: [product('B')] as never });
      later();
      const run = await on.run({ customerId });
      expect(run.skips.filter((skip) => skip.line === 'B')).toMatchObject([
        { marketplaceId: id, reason: 'successor', psaId: String(licenceOf(on, id)['id']) },
      ]);
      expect(keyedCount(on)).toBe(1);
    });
  });

  describe('whose fields are whose', () => {
    it('people’s name, price and notes stay; the count is corrected', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      patch(id, {
        name: 'Our own name',
        price: 99,
        notes: 'mind the gap',
        item_id: 5,
        count: 1,
        purchase_price: 1,
        autorenew: false,
        status: 'Odd',
        end_date: '2030-01-01T00:00:00',
      });
      const run = await on.run();
      expect(licenceOf(on, id)).toMatchObject({
        name: 'Our own name',
        price: 99,
        notes: 'mind the gap',
        item_id: 5,
        count: 5,
        purchase_price: 10.5,
        autorenew: true,
        status: 'Active',
        end_date: '2027-03-01T00:00:00',
      });
      expect(run.changes).toMatchObject([
        {
          action: 'update',
          before: { count: 1, purchase_price: '1', autorenew: false, status: 'Odd', end_date: '2030-01-01' },
          after: { count: 5, status: 'Active' },
        },
      ]);
      expect(Object.keys(run.changes[0]!.planned).toSorted()).toEqual(['autorenew', 'count', 'end_date', 'purchase_price', 'status']);
    });

    it('prices "never": not even a new one gets one', async () => {
      await on.set({ subscriptionImport: { prices: 'never' } });
      const id = addSubscription(on, customerId);
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ price: 0, purchase_price: 10.5 });
    });

    it('prices and names "always": they are brought into line', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      patch(id, { name: 'Our own name', price: 99 });
      expect((await on.run()).changes).toEqual([]);
      await on.set({ subscriptionImport: { prices: 'always', names: 'always' } });
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ name: 'Product A', price: 12 });
    });

    it('a client or site that people chose stays: the licence is followed there', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const other = await addClient(on, 'Another one');
      patch(id, { client_id: other, site_id: 0 });
      quantity(id, 9);
      later();
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ client_id: other, site_id: 0, count: 9 });
      expect(keyedCount(on)).toBe(1);
    });

    it('one that was made inactive comes back while its subscription is in force', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      patch(id, { is_active: false, status: 'Cancelled' });
      const { changes, row } = await on.run();
      expect(changes).toMatchObject([{ action: 'reactivate', before: { is_active: false, status: 'Cancelled' } }]);
      expect(row.counts.licences).toMatchObject({ reactivated: 1, updated: 0 });
      expect(licenceOf(on, id)).toMatchObject({ is_active: true, status: 'Active' });
    });

    it('a change of seats, price and dates is one update with before and after, and a row of history', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      on.sandbox.marketplace.world.changeSubscription(id, {
        expirationDate: '2028-03-01',
        products: [product('A', { quantity: 6, unitCost: { currency: 'USD', amount: '11' } })] as never,
      });
      const { changes, row } = await on.run();
      expect(changes).toMatchObject([
        {
          action: 'update',
          before: { count: 5, purchase_price: '10.5', end_date: '2027-03-01' },
          planned: { count: 6, purchase_price: '11', end_date: '2028-03-01' },
          after: { count: 6, purchase_price: '11', end_date: '2028-03-01' },
          state: 'applied',
          message: null,
        },
      ]);
      expect(row.counts.licences).toMatchObject({ updated: 1, unchanged: 0 });
      const history = (await on.database.dataSource.query(
        `SELECT quantity::int, unit_cost::text FROM subscription_history WHERE subscription_id = $1 ORDER BY id`,
        [id],
      )) as object[];
      expect(history).toEqual([
        { quantity: 5, unit_cost: '10.5' },
        { quantity: 6, unit_cost: '11' },
      ]);
    });
  });

  describe('what does not stick', () => {
    it('a count that somebody sets back twice is a skip the second time, until something else changes', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      patch(id, { count: 7 });
      expect((await on.run()).changes).toMatchObject([{ before: { count: 7 }, after: { count: 5 } }]);
      patch(id, { count: 7 });
      for (let again = 0; again < 3; again += 1) {
        const run = await on.run();
        expect(run.changes).toEqual([]);
        expect(run.skips).toMatchObject([{ reason: 'does_not_stick', psaId: String(licenceOf(on, id)['id']), line: 'A' }]);
        expect(run.skips[0]!.detail).toContain('count');
      }
      // What else changes is still written, and the stuck field is not written with it.
      on.sandbox.marketplace.world.changeSubscription(id, { renewalStatus: false });
      const mixed = await on.run();
      expect(mixed.changes).toMatchObject([{ planned: { autorenew: false } }]);
      expect(reasons(mixed)).toEqual(['does_not_stick']);
      expect(reasons(await on.run())).toEqual(['does_not_stick']);
      quantity(id, 6);
      later();
      expect((await on.run()).changes).toMatchObject([{ before: { count: 7 }, after: { count: 6 } }]);
    });

    it('a later change of the same kind is written, for the record was seen in order in between', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const seats = async (count: number): Promise<Ran> => {
        quantity(id, count);
        later();
        return on.run();
      };
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      // Somebody sets it to 5 by hand just before it becomes 5, and then 6 again.
      patch(id, { count: 5 });
      expect((await seats(5)).changes).toEqual([]);
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      expect((await seats(5)).changes).toMatchObject([{ before: { count: 6 }, after: { count: 5 } }]);
    });

    it('the same goes for imports of one customer', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const seats = async (count: number): Promise<Ran> => {
        quantity(id, count);
        return on.run({ customerId });
      };
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      patch(id, { count: 5 });
      expect((await seats(5)).changes).toEqual([]);
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      patch(id, { count: 5 });
      expect(reasons(await on.run({ customerId }))).toEqual(['does_not_stick']);
      expect(reasons(await on.run({ customerId }))).toEqual(['does_not_stick']);
      expect(reasons(await on.run())).toEqual(['does_not_stick']);
    });

    it('a field that Halo drops is asked for once, at the creation or at the first update', async () => {
      on.sandbox.psa.set({ dropsFields: ['autorenew', 'tenant_name'] });
      const parameters = [{ name: 'microsoft_domain', value: 'contoso.onmicrosoft.com' }];
      addSubscription(on, customerId, undefined, { orderParameters: parameters });
      const first = await on.run();
      expect(licencesOf(first)[0]).toMatchObject({
        state: 'applied',
        message: 'HaloPSA took it, but shows something else in autorenew, tenant_name.',
        after: { autorenew: false, tenant_name: null },
      });
      const writes = on.sandbox.psa.writes();
      const second = await on.run();
      expect(second.changes).toEqual([]);
      expect(second.skips[0]).toMatchObject({ reason: 'does_not_stick' });
      expect(second.skips[0]!.detail).toMatch(/autorenew, tenant_name|tenant_name, autorenew/);
      expect(on.sandbox.psa.writes()).toEqual(writes);
    });

    it('prices that Halo rounds are written once', async () => {
      on.sandbox.psa.set({ priceDecimals: 2 });
      const id = addSubscription(on, customerId, [product('A', { unitCost: { currency: 'USD', amount: '9.6333' } })]);
      await on.run();
      expect((await on.run()).changes).toEqual([]);
      on.sandbox.marketplace.world.changeSubscription(id, {
        products: [product('A', { unitCost: { currency: 'USD', amount: '9.7777' } })] as never,
      });
      later();
      expect((await on.run({ customerId })).changes).toMatchObject([
        { before: { purchase_price: '9.63' }, planned: { purchase_price: '9.7777' }, after: { purchase_price: '9.78' } },
      ]);
      for (const options of [{}, { customerId }, {}]) expect((await on.run(options)).changes).toEqual([]);
    });
  });

  describe('that something else made', () => {
    const foreign = (fields: Record<string, unknown>): number =>
      on.sandbox.psa.addLicence({
        ...template(),
        client_id: clientId,
        name: 'From elsewhere',
        count: 3,
        is_active: true,
        deleted: false,
        status: 'Active',
        ...fields,
      });
    /** A licence with every column, as Halo's own module would leave it. */
    const template = (): Record<string, unknown> => ({
      type: 1,
      site_id: 0,
      price: 20,
      purchase_price: 15,
      snowid: '',
      vendor_product_sku: '',
      product_sku: '',
      azure_connection_id: 0,
      notes: 'ours',
      tenant_id: '',
      tenant_name: '',
      term_duration: '',
      billing_cycle: '',
    });

    it.each<[string, (subscriptionId: string) => Record<string, unknown>]>([
      ['has the bare subscription id', (snowid) => ({ snowid })],
      ['has the product’s SKU', () => ({ vendor_product_sku: 'A' })],
      ['has it as its own SKU', () => ({ product_sku: 'A' })],
      ['is fed by a Microsoft connection under the product’s name', () => ({ azure_connection_id: 4, name: 'PRODUCT  a' })],
      ['is fed by a Microsoft connection under the subscription’s name', () => ({ azure_connection_id: 4, name: 'A subscription' })],
    ])('and that %s blocks the creation until a person decides', async (_what, fields) => {
      const id = addSubscription(on, customerId);
      const licenceId = foreign(fields(id));
      const before = stringify(on.sandbox.psa.licences());
      const run = await on.run();
      expect(run.skips).toMatchObject([
        { entity: 'subscription', marketplaceId: id, line: 'A', reason: 'already_in_psa', psaId: String(licenceId) },
      ]);
      expect(stringify(on.sandbox.psa.licences())).toBe(before);
    });

    it.each<[string, (subscriptionId: string) => Record<string, unknown>]>([
      ['is inactive', (snowid) => ({ snowid, is_active: false })],
      ['is deleted', (snowid) => ({ snowid, deleted: true })],
      ['belongs to another client', (snowid) => ({ snowid, client_id: 1 })],
      ['only has the same name', () => ({ name: 'Product A' })],
      ['is fed by a connection under another name', () => ({ azure_connection_id: 4 })],
    ])('but that %s blocks nothing', async (_what, fields) => {
      const id = addSubscription(on, customerId);
      foreign(fields(id));
      await on.run();
      expect(licenceOf(on, id)['count']).toBe(5);
    });

    it('is adopted: brought into line, its foreign key never overwritten, and found by its link alone', async () => {
      const id = addSubscription(on, customerId);
      const licenceId = foreign({ snowid: id });
      await on.link(id, 'A', String(licenceId));
      const { changes } = await on.run();
      expect(licencesOf({ changes } as Ran)).toMatchObject([
        { action: 'update', psaId: String(licenceId), before: { count: 3 }, after: { count: 5 } },
      ]);
      expect(on.sandbox.psa.licences().find((licence) => licence.id === licenceId)).toMatchObject({
        snowid: id,
        count: 5,
        name: 'From elsewhere',
        price: 20,
        notes: 'ours',
        purchase_price: 10.5,
        vendor_product_sku: 'A',
      });
      expect((await on.run()).changes).toEqual([]);
    });

    it('is adopted without any key: it gets ours', async () => {
      const id = addSubscription(on, customerId);
      const licenceId = foreign({});
      await on.link(id, 'A', String(licenceId));
      await on.run();
      expect(licenceOf(on, id).id).toBe(licenceId);
      expect((await on.run()).changes).toEqual([]);
    });

    it('stays beside a new one when a person says to create it anyway', async () => {
      const id = addSubscription(on, customerId);
      foreign({ snowid: id });
      await on.run();
      await on.link(id, 'A', null);
      await on.run();
      expect(licenceOf(on, id)['count']).toBe(5);
      expect((await on.run()).changes).toEqual([]);
      expect((await on.links()).map((link) => [link.licenceId, link.createAnyway])).toEqual([[String(licenceOf(on, id).id), false]]);
    });
  });

  describe('that is gone, doubled or lost', () => {
    it('is not made again after somebody deleted it, until a person says so', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const licenceId = Number(licenceOf(on, id).id);
      for (const deletedInLists of [true, false]) {
        on.sandbox.psa.set({ deletedInLists });
        patch(id, { deleted: true });
        const run = await on.run();
        expect(run.changes).toEqual([]);
        expect(run.skips).toMatchObject([{ marketplaceId: id, line: 'A', reason: 'deleted_in_psa', psaId: String(licenceId) }]);
      }
      on.sandbox.psa.dropLicence(licenceId);
      expect(reasons(await on.run())).toEqual(['deleted_in_psa']);
      await on.database.dataSource.query(`UPDATE links SET archived_at = now(), archived_why = 'replaced'`);
      await on.link(id, 'A', null);
      await on.run();
      expect(licenceOf(on, id).id).not.toBe(licenceId);
      expect((await on.run()).changes).toEqual([]);
    });

    it('is found by its key when the link was lost', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      await on.database.dataSource.query('DELETE FROM links');
      expect((await on.run()).changes).toEqual([]);
      expect((await on.links()).map((link) => [link.licenceId, link.origin])).toEqual([[String(licenceOf(on, id).id), 'key']]);
    });

    it('is touched by nothing while two carry its key', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const { id: first, ...copy } = licenceOf(on, id);
      const second = on.sandbox.psa.addLicence(copy);
      quantity(id, 9);
      for (const forget of [false, true]) {
        if (forget) await on.database.dataSource.query('DELETE FROM links');
        later();
        const before = stringify(on.sandbox.psa.licences());
        const run = await on.run();
        expect(run.changes).toEqual([]);
        expect(run.skips).toMatchObject([{ reason: 'duplicate_key', psaId: String(first) }]);
        expect(run.skips[0]!.detail).toContain(`${first}, ${second}`);
        expect(stringify(on.sandbox.psa.licences())).toBe(before);
      }
      on.sandbox.psa.patchLicence(second, { snowid: '' });
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ id: first, count: 9 });
    });

    it('left behind at another client on purpose is not found by its key any more', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const behind = licenceOf(on, id);
      await on.database.dataSource.query(`UPDATE links SET archived_at = now(), archived_why = 'recreate'`);
      const other = await addClient(on, 'Fabrikam');
      await on.map(customerId, { clientId: String(other) });
      await on.run();
      const all = on.sandbox.psa.licences().filter((licence) => String(licence['snowid']).startsWith('ingram/'));
      expect(all.map((licence) => licence['client_id'])).toEqual([clientId, other]);
      expect(all[0]).toEqual(behind);
      expect((await on.run()).changes).toEqual([]);
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
