import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, addSubscription, changeQuantity, EMPTY, later, licenceOf, patchLicence, product } from './people.js';
import { reasons, stage, type Stage } from './stage.js';

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

  describe('that is gone, doubled or lost', () => {
    it('is not made again after somebody deleted it, until a person says so', async () => {
      const id = addSubscription(on, customerId);
      await on.run();
      const licenceId = Number(licenceOf(on, id).id);
      for (const deletedInLists of [true, false]) {
        on.sandbox.psa.set({ deletedInLists });
        patchLicence(on, id, { deleted: true });
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

    it('is each line’s own of two alike, where HaloPSA keeps no key any more', async () => {
      addSubscription(on, customerId);
      await on.run();
      on.sandbox.psa.set({ keepsSnowid: false });
      const two = [addSubscription(on, customerId, [product('B')]), addSubscription(on, customerId, [product('B')])];
      const run = await on.run();
      expect(run.row).toMatchObject({ error: null, state: 'succeeded' });
      const links = (await on.links()).filter(({ subscriptionId }) => two.includes(subscriptionId));
      const made = on.sandbox.psa.licences().filter((licence) => licence['vendor_product_sku'] === 'B');
      expect(links.map(({ licenceId }) => Number(licenceId)).toSorted((a, b) => a - b)).toEqual(made.map(({ id }) => id));
      expect(made.length).toBe(two.length);
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
      changeQuantity(on, id, 9);
      for (const forget of [false, true]) {
        if (forget) await on.database.dataSource.query('DELETE FROM links');
        later(on);
        const before = JSON.stringify(on.sandbox.psa.licences());
        const run = await on.run();
        expect(run.changes).toEqual([]);
        expect(run.skips).toMatchObject([{ reason: 'duplicate_key', psaId: String(first) }]);
        expect(run.skips[0]!.detail).toContain(`${first}, ${second}`);
        expect(JSON.stringify(on.sandbox.psa.licences())).toBe(before);
      }
      on.sandbox.psa.patchLicence(second, { snowid: '' });
      await on.run();
      expect(licenceOf(on, id)).toMatchObject({ id: first, count: 9 });
    });

    describe('whose key somebody left in a copy of it alone', () => {
      let id: string;
      let first: number;
      let second: number;
      beforeEach(async () => {
        id = addSubscription(on, customerId);
        await on.run();
        const { id: own, ...copy } = licenceOf(on, id);
        first = Number(own);
        second = on.sandbox.psa.addLicence(copy);
        on.sandbox.psa.patchLicence(first, { snowid: '', is_active: false });
        changeQuantity(on, id, 9);
        later(on);
        const before = JSON.stringify(on.sandbox.psa.licences());
        const run = await on.run();
        expect(run.changes).toEqual([]);
        expect(run.skips).toMatchObject([{ reason: 'duplicate_key', line: 'A', psaId: String(second) }]);
        expect(run.skips[0]!.detail).toContain(String(first));
        expect(JSON.stringify(on.sandbox.psa.licences())).toBe(before);
      });

      it('is touched by nothing while new lines might have that key, too', async () => {
        on.sandbox.marketplace.world.changeSubscription(id, {
          products: [product('A', { quantity: 9 }), product('B'), product('C')] as never,
        });
        const run = await on.run({ customerId });
        expect(run.changes).toEqual([]);
        expect(run.skips).toContainEqual(expect.objectContaining({ reason: 'duplicate_key', line: 'A', psaId: String(second) }));
      });

      it('is gone on with once the line is linked to the copy', async () => {
        await on.database.dataSource.query(`UPDATE links SET archived_at = now(), archived_why = 'replaced'`);
        await on.link(id, 'A', String(second));
        await on.run();
        expect(licenceOf(on, id)).toMatchObject({ id: second, count: 9 });
        expect(on.sandbox.psa.licences().find((one) => one['id'] === first)).toMatchObject({ is_active: false });
      });

      it('is gone on with in the old one once the copy has the key no more', async () => {
        on.sandbox.psa.patchLicence(second, { snowid: '' });
        await on.run();
        expect(licenceOf(on, id)).toMatchObject({ id: first, count: 9, is_active: true });
      });
    });

    it('goes on beside one of the same product, which is found by its key when its link was lost', async () => {
      const id = addSubscription(on, customerId, [product('A', { quantity: 2 }), product('A', { quantity: 9 })]);
      await on.run();
      const first = String(licenceOf(on, id).id);
      await on.database.dataSource.query(`DELETE FROM links WHERE licence_id = $1`, [first]);
      expect((await on.run()).skips).toEqual([]);
      expect((await on.links()).map(({ licenceId }) => licenceId).toSorted()).toEqual([first, String(licenceOf(on, id, 'A#2').id)]);
    });

    it.each([
      ['the first', 'B', 'A', undefined],
      ['another', 'A', 'B', 'B'],
    ])('is told of when all links were lost and its subscription has %s product no more', async (_which, left, lost, keyed) => {
      const id = addSubscription(on, customerId, [product('A'), product('B')]);
      await on.run();
      const psaId = String(licenceOf(on, id, keyed).id);
      await on.database.dataSource.query('DELETE FROM links');
      on.sandbox.marketplace.world.changeSubscription(id, { products: [product(left)] as never });
      const run = await on.run({ customerId });
      expect(run.skips).toMatchObject([{ marketplaceId: id, reason: 'no_product', psaId }]);
      expect(licenceOf(on, id, keyed)).toMatchObject({ vendor_product_sku: lost, is_active: true, count: 5 });
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
