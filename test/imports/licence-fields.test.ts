import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  addClient,
  addCustomer,
  addSubscription,
  changeQuantity,
  EMPTY,
  keyedCount,
  later,
  licenceOf,
  patchLicence,
  product,
} from './people.js';
import { stage, type Stage } from './stage.js';

describe('The licence of a line that is there', () => {
  let on: Stage;
  let customerId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    customerId = addCustomer(on, 'Contoso');
  });
  afterAll(() => on.close());

  describe('whose fields are whose', () => {
    it('people’s name, price and notes stay; the count is corrected', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      patchLicence(on, id, {
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
      patchLicence(on, id, { name: 'Our own name', price: 99 });
      expect((await on.run()).changes).toEqual([]);
      await on.set({ subscriptionImport: { prices: 'always', names: 'always' } });
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ name: 'Product A', price: 12 });
    });

    it('a client or site that people chose stays: the licence is followed there', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const other = await addClient(on, 'Another one');
      patchLicence(on, id, { client_id: other, site_id: 0 });
      changeQuantity(on, id, 9);
      later(on);
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ client_id: other, site_id: 0, count: 9 });
      expect(keyedCount(on)).toBe(1);
    });

    it('one that was made inactive comes back while its subscription is in force', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      patchLicence(on, id, { is_active: false, status: 'Cancelled' });
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
});
