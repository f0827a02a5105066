import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { clientsCalled, mappingOf } from './mapped.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf } from './people.js';
import { stage, type Stage } from './stage.js';

describe('Which client a customer is', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(() => on.reset(EMPTY));
  afterAll(() => on.close());

  describe('by a person', () => {
    it('a mapping made by hand wins over every name', async () => {
      await addClient(on, 'Contoso');
      const chosen = await addClient(on, 'Fabrikam');
      const id = addCustomer(on, 'Contoso');
      const subscriptionId = addSubscription(on, id);
      await on.map(id, { clientId: String(chosen) });
      await on.run();
      expect(licenceOf(on, subscriptionId)['client_id']).toBe(chosen);
      expect(await mappingOf(on, id)).toMatchObject({ clientId: String(chosen), origin: 'manual' });
    });

    it('once one of two customers of a name has the client of that name, the other still waits for a person', async () => {
      const clientId = String(await addClient(on, 'Contoso'));
      const [one, other] = [addCustomer(on, 'Contoso'), addCustomer(on, 'Contoso')];
      addSubscription(on, other);
      await on.map(one, { clientId });
      const { skips } = await on.run();
      expect(skips).toContainEqual(expect.objectContaining({ marketplaceId: other, reason: 'ambiguous_customer' }));
      expect(await mappingOf(on, other)).toMatchObject({ state: 'ambiguous', candidates: [clientId] });
      expect(keyedCount(on)).toBe(0);
    });

    it('once a client is to be created for one of two customers of a name, the other still waits for a person', async () => {
      const [one, other] = [addCustomer(on, 'Contoso'), addCustomer(on, 'Contoso')];
      await on.map(one, { clientId: null });
      for (const run of [await on.run(), await on.run()]) {
        expect(run.skips).toContainEqual(expect.objectContaining({ marketplaceId: other, reason: 'ambiguous_customer' }));
        expect(clientsCalled(on, 'Contoso')).toBe(1);
      }
    });

    it('several customers may be mapped to one client', async () => {
      const clientId = await addClient(on, 'Group');
      const ids = [addCustomer(on, 'Contoso'), addCustomer(on, 'Fabrikam')];
      const subscriptions = ids.map((id) => addSubscription(on, id));
      for (const id of ids) await on.map(id, { clientId: String(clientId) });
      await on.run();
      expect(subscriptions.map((subscriptionId) => licenceOf(on, subscriptionId)['client_id'])).toEqual([clientId, clientId]);
    });

    it('an ignored customer is left alone, with its subscriptions, whose details are not even read', async () => {
      await addClient(on, 'Contoso');
      const id = addCustomer(on, 'Contoso');
      addSubscription(on, id);
      await on.map(id, { state: 'ignored' });
      const { row, changes, skips } = await on.run();
      expect(changes).toEqual([]);
      expect(skips.map((skip) => skip.reason)).toEqual(['ignored', 'ignored']);
      expect(row.state).toBe('succeeded');
      expect(on.sandbox.kernel.calls.all().filter((call) => /^\/subscriptions\/\d/.test(call.path))).toEqual([]);
    });

    it('"create one" creates a client although one of the name is there, and once only', async () => {
      const there = await addClient(on, 'Contoso');
      const id = addCustomer(on, 'Contoso');
      await on.map(id, { origin: 'created' });
      await on.set({ clientImport: { createUnmatched: false } });
      const { row } = await on.run();
      expect(row.counts.clients.created).toBe(1);
      expect(clientsCalled(on, 'Contoso')).toBe(2);
      const made = on.sandbox.psa.clients().find((client) => client['ref'] === `ingram/us/${id}`)!;
      expect(made.id).not.toBe(there);
      expect(await mappingOf(on, id)).toMatchObject({ state: 'mapped', clientId: String(made.id), origin: 'created' });
      expect((await on.run()).changes).toEqual([]);
    });

    it('what a person decides while an import is looking counts, and is not written over', async () => {
      const chosen = await addClient(on, 'Fabrikam');
      const [mapped, ignored, created] = [addCustomer(on, 'Contoso'), addCustomer(on, 'Adventure'), addCustomer(on, 'Woodgrove')];
      const subscriptionId = addSubscription(on, mapped);
      let decided = false;
      const connect = on.deps.connect;
      const id = await on.queue();
      const deps = {
        ...on.deps,
        // Decided at the last moment: when the plan is stored already, and clients are listed again under the lock.
        async connect(...args: Parameters<typeof connect>) {
          const vendors = await connect(...args);
          const { psa } = vendors;
          const post = psa.createClients.bind(psa);
          psa.createClients = async (clients) => {
            if (!decided) {
              decided = true;
              await on.map(mapped, { clientId: String(chosen) });
              await on.map(ignored, { state: 'ignored' });
            }
            return post(clients);
          };
          return vendors;
        },
      };
      await runImport(deps, id, new AbortController().signal);
      const { changes, row } = await on.result(id);
      expect(await mappingOf(on, mapped)).toMatchObject({ clientId: String(chosen), origin: 'manual' });
      expect(await mappingOf(on, ignored)).toMatchObject({ state: 'ignored' });
      expect(
        on.sandbox.psa
          .clients()
          .map((client) => client['ref'])
          .filter(Boolean),
      ).toEqual([`ingram/us/${created}`]);
      expect(licenceOf(on, subscriptionId)['client_id']).toBe(chosen);
      expect(
        changes
          .filter((change) => change.state === 'superseded')
          .map((change) => change.customerId)
          .toSorted(),
      ).toEqual([mapped, ignored].toSorted());
      expect(row.counts).toMatchObject({ clients: { created: 1 }, failed: 0 });
    });
  });

  it('by a person who decides after the plan was made: that is not written over either', async () => {
    await addClient(on, 'Contoso');
    const chosen = await addClient(on, 'Fabrikam');
    const [named, open] = [addCustomer(on, 'Contoso'), addCustomer(on, 'Fabrikam Ltd')];
    addCustomer(on, 'Woodgrove');
    const { connect } = on.deps;
    const id = await on.queue();
    const deps = {
      ...on.deps,
      async connect(...args: Parameters<typeof connect>) {
        const vendors = await connect(...args);
        // Asked for once the plan stands, as it creates a client.
        vendors.psa.seesAllClients = async () => {
          await on.map(named, { clientId: String(chosen) });
          await on.map(open, { state: 'ignored' });
          return true;
        };
        return vendors;
      },
    };
    await runImport(deps, id, new AbortController().signal);
    expect(await mappingOf(on, named)).toMatchObject({ state: 'mapped', clientId: String(chosen), origin: 'manual' });
    expect(await mappingOf(on, open)).toMatchObject({ state: 'ignored' });
  });
});
