import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, addSubscription, EMPTY, licenceOf } from './people.js';
import { stage, type Stage } from './stage.js';

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
      const before = JSON.stringify(on.sandbox.psa.licences());
      const run = await on.run();
      expect(run.skips).toMatchObject([
        { entity: 'subscription', marketplaceId: id, line: 'A', reason: 'already_in_psa', psaId: String(licenceId) },
      ]);
      expect(JSON.stringify(on.sandbox.psa.licences())).toBe(before);
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
      expect(changes.filter(({ entity }) => entity === 'licence')).toMatchObject([
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
});
