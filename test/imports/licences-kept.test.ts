import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

describe('The licence of a line that is there', () => {
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
});
