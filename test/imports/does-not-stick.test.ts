import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, addSubscription, changeQuantity, EMPTY, later, licenceOf, patchLicence, product } from './people.js';
import { reasons, stage, type Ran, type Stage } from './stage.js';

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

  describe('what does not stick', () => {
    it('a count that somebody sets back twice is a skip the second time, until something else changes', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      patchLicence(on, id, { count: 7 });
      expect((await on.run()).changes).toMatchObject([{ before: { count: 7 }, after: { count: 5 } }]);
      patchLicence(on, id, { count: 7 });
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
      changeQuantity(on, id, 6);
      later(on);
      expect((await on.run()).changes).toMatchObject([{ before: { count: 7 }, after: { count: 6 } }]);
    });

    it('a later change of the same kind is written, for the record was seen in order in between', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const seats = async (count: number): Promise<Ran> => {
        changeQuantity(on, id, count);
        later(on);
        return on.run();
      };
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      // Somebody sets it to 5 by hand just before it becomes 5, and then 6 again.
      patchLicence(on, id, { count: 5 });
      expect((await seats(5)).changes).toEqual([]);
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      expect((await seats(5)).changes).toMatchObject([{ before: { count: 6 }, after: { count: 5 } }]);
    });

    it('the same goes for imports of one customer', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const seats = async (count: number): Promise<Ran> => {
        changeQuantity(on, id, count);
        return on.run({ customerId });
      };
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      patchLicence(on, id, { count: 5 });
      expect((await seats(5)).changes).toEqual([]);
      expect((await seats(6)).changes).toMatchObject([{ before: { count: 5 }, after: { count: 6 } }]);
      patchLicence(on, id, { count: 5 });
      expect(reasons(await on.run({ customerId }))).toEqual(['does_not_stick']);
      expect(reasons(await on.run({ customerId }))).toEqual(['does_not_stick']);
      expect(reasons(await on.run())).toEqual(['does_not_stick']);
    });

    it('a field that Halo drops is asked for once, at the creation or at the first update', async () => {
      on.sandbox.psa.set({ dropsFields: ['autorenew', 'tenant_name'] });
      const parameters = [{ name: 'microsoft_domain', value: 'contoso.onmicrosoft.com' }];
      addSubscription(on, customerId, undefined, { orderParameters: parameters });
      const first = await on.run();
      expect(first.changes.find(({ entity }) => entity === 'licence')).toMatchObject({
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
      later(on);
      expect((await on.run({ customerId })).changes).toMatchObject([
        { before: { purchase_price: '9.63' }, planned: { purchase_price: '9.7777' }, after: { purchase_price: '9.78' } },
      ]);
      for (const options of [{}, { customerId }, {}]) expect((await on.run(options)).changes).toEqual([]);
    });
  });
});
