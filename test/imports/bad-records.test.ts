import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { INTEGRATOR } from '../../src/auth/audit/actor.js';
import { generateMappings } from '../../src/imports/generate-mappings.js';
import { runImport } from '../../src/imports/run-import.js';
import type { Fault } from '../../src/sandbox/index.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

const SIZE = { customers: 30, subscriptions: 30 };

describe('An import that meets bad records, or a PSA that does not take them,', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(SIZE);
  });
  beforeEach(() => on.reset(SIZE));
  afterAll(() => on.close());

  const fault = (vendor: Fault['vendor'], path: string, rest: Partial<Fault>): void =>
    void on.sandbox.kernel.faults.add({ vendor, path, method: 'GET', times: 0, ...rest });

  describe('in single records', () => {
    let customerId: string;
    beforeEach(async () => {
      await on.reset(EMPTY);
      await addClient(on, 'Contoso');
      customerId = addCustomer(on, 'Contoso');
    });
    const reasons = ({ skips }: Ran): [string, string, string][] =>
      skips.map((skip): [string, string, string] => [skip.entity, skip.marketplaceId, skip.reason]);

    it('sets aside a customer it cannot understand, with its subscriptions, and imports the others', async () => {
      const nameless = addCustomer(on, 'x', { name: 7 });
      const [bad, good] = [addSubscription(on, nameless), addSubscription(on, customerId)];
      const run = await on.run();
      expect(reasons(run)).toEqual([
        ['customer', nameless, 'invalid'],
        ['subscription', bad, 'invalid'],
      ]);
      expect(run.row.remarks).toEqual(['1 of the customers could not be understood and were set aside.']);
      expect(keyedCount(on)).toBe(1);
      expect(good).not.toBe(bad);
    });

    it('sets aside a customer whose name is longer than any, with its subscriptions, and imports the others', async () => {
      const endless = addCustomer(on, randomBytes(5000).toString('hex'));
      const bad = addSubscription(on, endless);
      addSubscription(on, customerId);
      const run = await on.run();
      expect(reasons(run)).toEqual([
        ['customer', endless, 'invalid'],
        ['subscription', bad, 'invalid'],
      ]);
      expect(keyedCount(on)).toBe(1);
    });

    it('matches customers, too, although the name of one is longer than any', async () => {
      const endless = addCustomer(on, randomBytes(5000).toString('hex'));
      const made = await generateMappings(on.deps, on.tenant, on.psaInstance, INTEGRATOR, new AbortController().signal);
      expect(made).toMatchObject({ mapped: 1, unmatched: 0 });
      expect((await on.mappings()).map((mapping) => mapping.customerId)).toEqual([customerId]);
      expect(endless).not.toBe(customerId);
    });

    it.each<[string, Record<string, unknown>]>([
      ['products that are no list', { products: 'five' }],
      ['products that are no objects', { products: [5] }],
      ['a product named by more than can be looked for', { products: [product(randomBytes(3000).toString('hex'))] }],
      ['a status nobody knows', { status: 'Frozen' }],
      ['no status', { status: undefined }],
    ])('sets aside a subscription with %s, and imports the others', async (_what, fields) => {
      const bad = addSubscription(on, customerId, [product('A')], fields);
      addSubscription(on, customerId, [product('B')]);
      const run = await on.run();
      expect(reasons(run)).toEqual([['subscription', bad, 'invalid']]);
      expect(keyedCount(on)).toBe(1);
    });

    it('sets aside a subscription whose id is no id, or that has no customer', async () => {
      addSubscription(on, customerId);
      const rows = [
        ...on.sandbox.marketplace.world.subscriptions.newestFirst(),
        { id: '9'.repeat(80), customerId, status: 'active' },
        { id: 'a b', customerId, status: 'active' },
        { id: '77', status: 'active' },
      ];
      fault('marketplace', '^/subscriptions\\?', { body: { data: rows, pagination: { offset: 0, limit: 500, total: rows.length } } });
      const run = await on.run();
      expect(run.row).toMatchObject({
        state: 'succeeded_with_skips',
        error: null,
        remarks: ['3 of the subscriptions could not be understood and were set aside.'],
      });
      expect(reasons(run).toSorted()).toEqual([
        ['subscription', '', 'invalid'],
        ['subscription', '', 'invalid'],
        ['subscription', '77', 'invalid'],
      ]);
      expect(keyedCount(on)).toBe(1);
    });

    it('sets aside what the list has and its own address does not', async () => {
      const [missing, other] = [addSubscription(on, customerId), addSubscription(on, customerId, [product('B')])];
      fault('marketplace', `^/subscriptions/${missing}$`, {
        status: 404,
        body: { status: 404, message: 'Not found', path: '', timeStamp: '', correlationId: 'x' },
      });
      const elsewhere = { ...on.sandbox.marketplace.world.subscriptions.get(other), customerId: '4711' };
      fault('marketplace', `^/subscriptions/${other}$`, { body: elsewhere });
      const run = await on.run();
      expect(reasons(run)).toEqual([
        ['subscription', missing, 'invalid'],
        ['subscription', other, 'invalid'],
      ]);
      expect(keyedCount(on)).toBe(0);
    });

    it('has one licence refused: it alone fails, and is tried again next time', async () => {
      const ids = Array.from({ length: 9 }, (_, at) => addSubscription(on, customerId, [product(`P${at}`)]));
      const refuse = (record: object): boolean => (record as { snowid?: string }).snowid === `ingram/us/${ids[5]}`;
      const deps = {
        ...on.deps,
        async connect(...args: Parameters<typeof on.deps.connect>) {
          const vendors = await on.deps.connect(...args);
          const post = vendors.psa.createLicences.bind(vendors.psa);
          vendors.psa.createLicences = (licences) =>
            licences.some(refuse)
              ? Promise.resolve({ kind: 'refused', status: 400, message: 'HaloPSA refused writing to /SoftwareLicence: Not this one.' })
              : post(licences);
          return vendors;
        },
      };
      const id = await on.queue();
      await runImport(deps, id, new AbortController().signal);
      const { row, changes } = await on.result(id);
      expect(row).toMatchObject({ state: 'partly_failed', error: null, counts: { licences: { created: 8 }, failed: 1 } });
      expect(changes.filter((change) => change.state === 'failed')).toMatchObject([
        { subscriptionId: ids[5], message: 'HaloPSA refused writing to /SoftwareLicence: Not this one.' },
      ]);
      expect((await on.run()).row).toMatchObject({ counts: { licences: { created: 1, unchanged: 8 } } });
      expect(keyedCount(on)).toBe(9);
    });

    it('has one update refused: it alone fails', async () => {
      const ids = Array.from({ length: 5 }, (_, at) => addSubscription(on, customerId, [product(`P${at}`)]));
      await on.run();
      for (const id of ids) on.sandbox.marketplace.world.changeSubscription(id, { renewalStatus: false });
      const bad = Number((await on.links()).find((link) => link.subscriptionId === ids[2])!.licenceId);
      on.sandbox.psa.set({ unknownIdUpdate: '400', deletedById: '200' });
      const deps = {
        ...on.deps,
        async connect(...args: Parameters<typeof on.deps.connect>) {
          const vendors = await on.deps.connect(...args);
          const update = vendors.psa.updateLicences.bind(vendors.psa);
          vendors.psa.updateLicences = async (updates) => {
            on.sandbox.psa.dropLicence(bad);
            return update(updates);
          };
          return vendors;
        },
      };
      const id = await on.queue();
      await runImport(deps, id, new AbortController().signal);
      const { row, changes } = await on.result(id);
      expect(row).toMatchObject({ state: 'partly_failed', counts: { licences: { updated: 4 }, failed: 1 } });
      expect(changes.filter((change) => change.state === 'failed').map((change) => change.subscriptionId)).toEqual([ids[2]]);
    });

    it('has everything refused: it gives up after a few, says why, and does not try all of them', async () => {
      for (let at = 0; at < 60; at += 1) addSubscription(on, customerId, [product(`P${at}`)]);
      await on.database.dataSource.query(`UPDATE psa_instances SET licence_keys_kept = true`);
      on.sandbox.psa.set({ licenceNeeds: ['supplier_id'] });
      const { row, changes } = await on.run();
      expect(row).toMatchObject({ state: 'partly_failed', counts: { failed: 60 } });
      expect(changes.filter((change) => change.message?.includes('supplier_id')).length).toBeGreaterThan(5);
      expect(changes.some((change) => change.message === 'HaloPSA took none of the last 10 of these, so the rest was not tried.')).toBe(
        true,
      );
      expect(on.sandbox.kernel.calls.all().filter((call) => call.method === 'POST').length).toBeLessThan(40);
    });
  });

  it('has a client refused: its licences have nowhere to go, and both are said', async () => {
    await on.reset(EMPTY);
    await on.database.dataSource.query(`UPDATE psa_instances SET client_keys_kept = true`);
    const customerId = addCustomer(on, 'Contoso');
    const subscriptionId = addSubscription(on, customerId);
    on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/Client', times: 0, status: 400, body: { Message: 'No.' } });
    const { row, changes, skips } = await on.run();
    expect(row).toMatchObject({ state: 'partly_failed', counts: { failed: 1, clients: { created: 0 }, licences: { created: 0 } } });
    expect(changes.map((change) => [change.entity, change.state])).toEqual([
      ['client', 'failed'],
      ['licence', 'superseded'],
    ]);
    expect(skips).toMatchObject([
      { entity: 'customer', marketplaceId: customerId, reason: 'client_failed' },
      { entity: 'subscription', marketplaceId: subscriptionId, line: 'A', reason: 'client_failed' },
    ]);
  });
});
