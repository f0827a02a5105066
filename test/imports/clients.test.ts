import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Import } from '../../entities/index.js';
import { runImport } from '../../src/imports/run-import.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf } from './people.js';
import { stage, type Stage } from './stage.js';

describe('A client for a customer', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(() => on.reset(EMPTY));
  afterAll(() => on.close());

  async function mappingOf(
    customerId: string,
  ): Promise<{ state: string; clientId: string | null; origin: string | null; candidates: string[] } | undefined> {
    const found = (await on.mappings()).filter((mapping) => mapping.customerId === customerId && mapping.archivedAt === null);
    expect(found.length).toBeLessThanOrEqual(1);
    const [mapping] = found;
    return mapping && { state: mapping.state, clientId: mapping.clientId, origin: mapping.origin, candidates: mapping.candidates };
  }

  const clientsCalled = (name: string): number => on.sandbox.psa.clients().filter((client) => client['name'] === name).length;

  describe('any other customer', () => {
    it('becomes a client under the top level, with main site, address and contact', async () => {
      const id = addCustomer(on, '  Contoso <i>Ltd</i>  ', {
        address: {
          streetAddress: '1 Main St',
          addressExtension: 'Unit 5',
          postalCode: '12207',
          city: 'Albany',
          state: 'NY',
          countryCode: 'us',
        },
        contactPersons: [
          { type: 'billing', firstName: 'Bo', lastName: 'Billing', email: 'bo@contoso.example', phoneNumber: '1#518#5550100#' },
          { type: 'admin', firstName: 'Ada', lastName: 'Admin', email: 'ada@contoso.example', phoneNumber: '1#518#5550199#' },
        ],
      });
      await on.set({ clientImport: { topLevelId: '4' } });
      const { changes } = await on.run();
      const made = on.sandbox.psa.clients().find((client) => client['ref'] === `ingram/us/${id}`)!;
      expect(made).toMatchObject({
        name: 'Contoso &lt;i&gt;Ltd&lt;/i&gt;',
        toplevel_id: 4,
        inactive: false,
        main_contact_name: 'Ada Admin',
      });
      expect(made['main_phonenumber']).toMatch(/518.*5550199/);
      const site = on.sandbox.psa.sites().find((row) => row['id'] === made['main_site_id'])!;
      expect(site).toMatchObject({
        client_id: made.id,
        name: 'Main',
        country_code: 'US',
        delivery_address: { line1: '1 Main St', line2: 'Unit 5', line3: 'Albany', line4: 'NY', postcode: '12207' },
      });
      expect(changes).toMatchObject([
        {
          entity: 'client',
          action: 'create',
          state: 'applied',
          psaId: String(made.id),
          before: null,
          after: {
            name: 'Contoso <i>Ltd</i>',
            ref: `ingram/us/${id}`,
            topLevelId: '4',
            contactEmail: 'ada@contoso.example',
            clientId: String(made.id),
          },
        },
      ]);
      expect(await mappingOf(id)).toEqual({ state: 'mapped', clientId: String(made.id), origin: 'created', candidates: [] });
    });

    it('is not created when creating is off', async () => {
      const id = addCustomer(on, 'Contoso');
      addSubscription(on, id);
      await on.set({ clientImport: { createUnmatched: false } });
      const { changes, skips } = await on.run();
      expect(changes).toEqual([]);
      expect(skips.map((skip) => skip.reason)).toEqual(['unmapped_customer', 'unmapped_customer']);
      expect(await mappingOf(id)).toBeUndefined();
    });

    it.each(['cancelled', 'error'])('is never created when its account is %s, even if a person asks for it', async (status) => {
      const [unasked, asked] = [addCustomer(on, 'Contoso', { status }), addCustomer(on, 'Fabrikam', { status })];
      await on.map(asked, { origin: 'created' });
      const { changes, skips } = await on.run();
      expect(changes).toEqual([]);
      expect(skips.map((skip) => [skip.marketplaceId, skip.reason]).toSorted()).toEqual(
        [
          [unasked, 'unmapped_customer'],
          [asked, 'unmapped_customer'],
        ].toSorted(),
      );
    });

    it.each(['pending', 'creditHold', 'adminHold', 'something new'])('is created when its account is %s', async (status) => {
      addCustomer(on, 'Contoso', { status });
      await on.run();
      expect(clientsCalled('Contoso')).toBe(1);
    });

    it('is created only with a subscription that has not ended, where the settings say so', async () => {
      const [without, ended, live] = [addCustomer(on, 'Contoso'), addCustomer(on, 'Fabrikam'), addCustomer(on, 'Woodgrove')];
      addSubscription(on, ended, undefined, { status: 'removed' });
      addSubscription(on, live);
      await on.set({ clientImport: { onlyWithSubscriptions: true } });
      const { skips } = await on.run({ entities: ['customers'] });
      expect(skips.map((skip) => [skip.marketplaceId, skip.reason]).toSorted()).toEqual(
        [
          [without, 'unmapped_customer'],
          [ended, 'unmapped_customer'],
        ].toSorted(),
      );
      expect(clientsCalled('Woodgrove')).toBe(1);
    });

    it('is found by its key when the mapping was lost', async () => {
      const id = addCustomer(on, 'Contoso');
      await on.run();
      await on.database.dataSource.query('DELETE FROM mappings');
      const made = on.sandbox.psa.clients().find((client) => client['ref'] === `ingram/us/${id}`)!;
      on.sandbox.psa.patchClient(made.id, { name: 'Renamed' });
      const { changes } = await on.run();
      expect(changes).toMatchObject([{ entity: 'client', action: 'link', psaId: String(made.id) }]);
      expect(await mappingOf(id)).toMatchObject({ state: 'mapped', clientId: String(made.id), origin: 'key' });
    });

    it('has text that no database keeps: it is imported all the same', async () => {
      const id = addCustomer(on, 'Nul\u0000 and half \ud83d of a rocket');
      addSubscription(on, id, [
        { mpn: 'A\u0000', vendor: 'V', quantity: 1, name: 'half \ud83d', unitCost: { currency: 'USD', amount: '1' } },
      ]);
      expect((await on.run()).row).toMatchObject({ error: null, counts: { clients: { created: 1 }, licences: { created: 1 } } });
      expect((await on.run()).changes).toEqual([]);
    });
  });

  describe('two tenants of one PSA instance', () => {
    async function runBoth(second: string): Promise<Import[]> {
      const { dataSource } = on.database;
      const first = await on.queue();
      const { id: other } = await dataSource.getRepository(Import).save({
        psaInstanceId: on.psaInstance.id,
        tenantId: second,
        entities: ['customers', 'subscriptions'],
        trigger: 'manual',
        requestedBy: 'test',
        counts: noCounts(),
      } as Partial<Import> as Import);
      const deps = { ...on.deps, sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 20))) };
      await Promise.all([first, other].map((id) => runImport(deps, id, new AbortController().signal)));
      return Promise.all([first, other].map((id) => dataSource.getRepository(Import).findOneByOrFail({ id })));
    }

    it('bring the same customer at the same moment: one client comes of it, and both are mapped to it', async () => {
      const ids = Array.from({ length: 12 }, (_, at) => addCustomer(on, `Customer number ${at}`));
      const second = await on.addTenant();
      const rows = await runBoth(second);
      expect(rows.map((row) => row.error)).toEqual([null, null]);
      for (let at = 0; at < 12; at += 1) expect(clientsCalled(`Customer number ${at}`)).toBe(1);
      const mappings = (await on.database.dataSource.query(
        `SELECT customer_id, count(*)::int AS n, count(DISTINCT client_id)::int AS clients FROM mappings WHERE state = 'mapped' GROUP BY customer_id`,
      )) as object[];
      expect(mappings).toEqual(ids.map(() => expect.objectContaining({ n: 2, clients: 1, customer_id: expect.any(String) as unknown })));
    });

    it('of two marketplaces bring a customer of the same name at the same moment: one client comes of it, by its name', async () => {
      const elsewhere = await startSandbox({ ...EMPTY, marketplace: 'ca' });
      try {
        for (let at = 0; at < 6; at += 1) {
          addCustomer(on, `Customer number ${at}`);
          elsewhere.marketplace.world.addCustomer({ name: `CUSTOMER  number ${at}` });
        }
        const second = await on.addTenant({ marketplace: 'ca', apiUrl: elsewhere.marketplaceUrl });
        const rows = await runBoth(second);
        expect(rows.map((row) => row.error)).toEqual([null, null]);
        expect(on.sandbox.psa.clients().filter((client) => /number/i.test(String(client['name']))).length).toBe(6);
        const origins = (await on.database.dataSource.query(
          `SELECT client_id, array_agg(origin ORDER BY origin) AS origins FROM mappings GROUP BY client_id`,
        )) as { origins: string[] }[];
        expect(origins.map((row) => row.origins)).toEqual(Array.from({ length: 6 }, () => ['created', 'name']));
      } finally {
        await elsewhere.close();
      }
    });

    it('connected to the same account, at the same moment: each subscription gets one licence, and the other tenant is told why not', async () => {
      const subscriptions = Array.from({ length: 8 }, (_, at) => addSubscription(on, addCustomer(on, `Customer number ${at}`)));
      // The key is known to be kept, so that both create whole arrays.
      await on.run();
      for (const { id } of on.sandbox.marketplace.world.customers.newestFirst())
        for (let more = 0; more < 3; more += 1) subscriptions.push(addSubscription(on, id));
      const second = await on.addTenant();
      const rows = await runBoth(second);
      expect(rows.map((row) => row.error)).toEqual([null, null]);
      for (const id of subscriptions) expect(licenceOf(on, id)).toBeDefined();
      expect(keyedCount(on)).toBe(subscriptions.length);
      const [links] = await on.database.dataSource.query<{ n: number; licences: number }[]>(
        `SELECT count(*)::int AS n, count(DISTINCT licence_id)::int AS licences FROM links WHERE archived_at IS NULL`,
      );
      expect(links).toEqual({ n: subscriptions.length, licences: subscriptions.length });
    });

    it('connected to the same account, one with a create whose end nobody heard: the other waits for the next import', async () => {
      addSubscription(on, addCustomer(on, 'Contoso'));
      await on.run();
      const fresh = addSubscription(on, addCustomer(on, 'Fabrikam'));
      const { dataSource } = on.database;
      const second = await on.addTenant();
      const claim = (started: string): Promise<unknown> =>
        dataSource.query(
          `WITH other AS (INSERT INTO imports (psa_instance_id, tenant_id, entities, trigger, requested_by, state, counts, finished_at, started_at)
             VALUES ($1, $2, '{}', 'manual', 'test', 'failed', '{}', now() - $5::interval, now() - $5::interval) RETURNING id)
           INSERT INTO licence_claims (psa_instance_id, key, tenant_id, import_id, change_id) SELECT $1, $3, $2, id, $4 FROM other`,
          [on.psaInstance.id, second, `ingram/us/${fresh}`, randomUUID(), started],
        );
      await claim('30 seconds');
      expect((await on.run()).skips).toMatchObject([{ marketplaceId: fresh, reason: 'already_in_psa' }]);
      expect(keyedCount(on)).toBe(1);
      await dataSource.query(`UPDATE imports SET finished_at = now() - interval '10 minutes' WHERE tenant_id = $1`, [second]);
      expect((await on.run()).row).toMatchObject({ error: null, counts: { licences: { created: 1 } } });
      expect(keyedCount(on)).toBe(2);
    });

    it('connected to the same account: the licences of one are not touched by the other', async () => {
      const clientId = await addClient(on, 'Contoso');
      const id = addCustomer(on, 'Contoso');
      const subscriptionId = addSubscription(on, id);
      await on.run();
      const second = await on.addTenant();
      const { dataSource } = on.database;
      const { id: other } = await dataSource.getRepository(Import).save({
        psaInstanceId: on.psaInstance.id,
        tenantId: second,
        entities: ['customers', 'subscriptions'],
        trigger: 'manual',
        requestedBy: 'test',
        counts: noCounts(),
      } as Partial<Import> as Import);
      await runImport(on.deps, other, new AbortController().signal);
      const { row, skips, changes } = await on.result(other);
      expect(row.error).toBeNull();
      expect(changes.map((change) => change.action)).toEqual(['link']);
      expect(skips).toMatchObject([
        { marketplaceId: subscriptionId, reason: 'already_in_psa', psaId: String(licenceOf(on, subscriptionId)['id']) },
      ]);
      expect(keyedCount(on)).toBe(1);
      expect(licenceOf(on, subscriptionId)['client_id']).toBe(clientId);
    });
  });
});
