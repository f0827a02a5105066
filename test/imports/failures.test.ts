import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import type { Fault } from '../../src/sandbox/index.js';
import { standing } from './expected.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

const SIZE = { customers: 30, subscriptions: 30 };
const HTML = '<html><head><title>504 Gateway Time-out</title></head></html>';

/** Answers that are no answers. */
const BROKEN: [string, Partial<Fault>][] = [
  ['a web page', { status: 200, body: HTML, contentType: 'text/html' }],
  ['nothing', { status: 200, body: '' }],
  ['half of the answer', { cut: true }],
  ['a gateway’s error', { status: 504, body: HTML, contentType: 'text/html' }],
  [
    'an error of its own',
    { status: 500, body: { message: 'Internal Server Error', status: 500, path: '/', timeStamp: '', correlationId: 'x' } },
  ],
  ['a closed connection', { reset: true }],
  ['JSON that is something else', { status: 200, body: { hello: 'world' } }],
  ['the word null', { status: 200, body: 'null', contentType: 'application/json' }],
];

const LISTS: [string, Fault['vendor'], string][] = [
  ['customers', 'marketplace', '^/customers\\?'],
  ['subscriptions', 'marketplace', '^/subscriptions\\?'],
  ['a subscription', 'marketplace', '^/subscriptions/\\d'],
  ['orders', 'marketplace', '^/orders\\?'],
  ['clients', 'psa', '^/api/Client\\?'],
  ['licences', 'psa', '^/api/SoftwareLicence\\?'],
  ['sites', 'psa', '^/api/Site\\?'],
];

describe('An import that meets trouble', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(SIZE);
  });
  beforeEach(() => on.reset(SIZE));
  afterAll(() => on.close());

  const fault = (vendor: Fault['vendor'], path: string, rest: Partial<Fault>): void =>
    void on.sandbox.kernel.faults.add({ vendor, path, method: 'GET', times: 0, ...rest });

  describe.each(LISTS)('reading %s', (_list, vendor, path) => {
    it.each(BROKEN)('gets %s: it fails before its first write, and never reads it as "no rows"', async (_name, broken) => {
      const before = standing(on.sandbox);
      fault(vendor, path, broken);
      const { row } = await on.run();
      expect(row).toMatchObject({
        state: 'failed',
        phase: 'done',
        error: { actor: 'vendor', code: expect.stringMatching(`^${vendor}_(bad_answer|server|unreachable|timeout)$`) as unknown },
      });
      expect(row.error!.message).toMatch(/(Import again|Nothing answers).*\.$/);
      expect(row.finishedAt).not.toBeNull();
      expect(standing(on.sandbox)).toEqual(before);
      expect((await on.links()).length + (await on.mappings()).length).toBe(0);
    });

    it('gets it once: it asks again, and ends right', async () => {
      fault(vendor, path, { reset: true, times: 1 });
      expect((await on.run()).row).toMatchObject({ state: 'succeeded_with_skips', error: null });
      expect(keyedCount(on)).toBeGreaterThan(10);
    });
  });

  it.each([
    [
      'customers',
      'marketplace',
      '^/customers\\?',
      { data: [], pagination: { offset: 0, limit: 500, total: 0 } },
      'configuration',
      'no_customers',
    ],
    ['clients', 'psa', '^/api/Client\\?', { record_count: 0, clients: [] }, 'configuration', 'psa_shows_no_clients'],
  ] as const)('is shown not one of the %s: it fails before its first write', async (_what, vendor, path, body, actor, code) => {
    const before = standing(on.sandbox);
    fault(vendor, path, { body });
    expect((await on.run()).row).toMatchObject({ state: 'failed', error: { actor, code } });
    expect(standing(on.sandbox)).toEqual(before);
  });

  it('is shown none of the subscriptions that it was shown before: it fails, and forgets none of them', async () => {
    await on.run();
    const writes = on.sandbox.psa.writes();
    fault('marketplace', '^/subscriptions\\?', { body: { data: [], pagination: { offset: 0, limit: 500, total: 0 } } });
    expect((await on.run()).row).toMatchObject({ state: 'failed', error: { actor: 'vendor', code: 'no_subscriptions' } });
    expect(on.sandbox.psa.writes()).toEqual(writes);
    const [gone] = (await on.database.dataSource.query(`SELECT count(*)::int AS n FROM subscriptions WHERE gone_at IS NOT NULL`)) as {
      n: number;
    }[];
    expect(gone!.n).toBe(0);
  });

  it('is shown another account’s customers: it fails, and nothing is touched or learnt', async () => {
    await on.run();
    const writes = on.sandbox.psa.writes();
    const known = await on.database.dataSource.query('SELECT customer_id, gone_at FROM customers ORDER BY 1');
    const others = Array.from({ length: 5 }, (_, at) => ({ id: String(9_000_000 + at), name: `Other ${at}`, status: 'active' }));
    fault('marketplace', '^/customers\\?', { body: { data: others, pagination: { offset: 0, limit: 500, total: 5 } } });
    const { row } = await on.run();
    expect(row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code: 'different_account' } });
    expect(on.sandbox.psa.writes()).toEqual(writes);
    expect(await on.database.dataSource.query('SELECT customer_id, gone_at FROM customers ORDER BY 1')).toEqual(known);
  });

  it('cannot see all customers, but some are mapped by hand: those are imported, the others wait, and it says so', async () => {
    await on.reset(EMPTY);
    const clientId = await addClient(on, 'By hand');
    await addClient(on, 'Contoso');
    const [mapped, open] = [addCustomer(on, 'Mapped'), addCustomer(on, 'Contoso')];
    addSubscription(on, mapped);
    await on.map(mapped, { clientId: String(clientId) });
    const rows = [mapped, open].map((id) => on.sandbox.marketplace.world.customers.get(id));
    fault('marketplace', '^/customers\\?', { body: { data: rows, pagination: { offset: 0, limit: 500, total: 3 } } });
    const { row, skips } = await on.run();
    expect(row).toMatchObject({
      state: 'succeeded_with_skips',
      error: null,
      remarks: [expect.stringContaining('list of customers could not be proven whole')],
    });
    expect(skips).toMatchObject([
      { marketplaceId: open, reason: 'unmapped_customer', detail: expect.stringContaining('could not be read whole') as unknown },
    ]);
    expect(keyedCount(on)).toBe(1);
  });

  it('misses rows of a list of subscriptions that cannot be proven whole: what is missing is left as it is', async () => {
    await on.run();
    const { world } = on.sandbox.marketplace;
    const licences = JSON.stringify(on.sandbox.psa.licences());
    const rows = world.subscriptions.newestFirst().slice(0, 10);
    fault('marketplace', '^/subscriptions\\?', { body: { data: rows, pagination: { offset: 0, limit: 500, total: 90 } } });
    const { row, changes } = await on.run();
    expect(row).toMatchObject({ error: null, remarks: [expect.stringContaining('list of subscriptions could not be proven whole')] });
    expect(changes).toEqual([]);
    expect(JSON.stringify(on.sandbox.psa.licences())).toBe(licences);
    const [gone] = (await on.database.dataSource.query(`SELECT count(*)::int AS n FROM subscriptions WHERE gone_at IS NOT NULL`)) as {
      n: number;
    }[];
    expect(gone!.n).toBe(0);
  });

  it.each([
    ['clients', '^/api/Client\\?', { record_count: 500, clients: [{ id: 1, name: 'Unknown' }] }],
    ['licences', '^/api/SoftwareLicence\\?', { record_count: 500, licences: [] }],
    ['a client without an id', '^/api/Client\\?', { record_count: 2, clients: [{ id: 1, name: 'Unknown' }, { name: 'No id' }] }],
    ['a licence without a client', '^/api/SoftwareLicence\\?', { record_count: 1, licences: [{ id: 1, name: 'Nobody’s' }] }],
  ])('is not shown all %s of the PSA: it fails before its first write', async (_what, path, body) => {
    const before = standing(on.sandbox);
    fault('psa', path, { body });
    const { row } = await on.run();
    expect(row).toMatchObject({ state: 'failed', error: { actor: 'vendor', code: 'psa_look_incomplete' } });
    expect(standing(on.sandbox)).toEqual(before);
  });

  it('finds a client without a name in the PSA: it is set aside, and the import goes on', async () => {
    const clients = on.sandbox.psa.clients();
    const nobody = clients.at(-1)!;
    on.sandbox.psa.patchClient(nobody.id, { name: '' });
    const { row } = await on.run();
    expect(row).toMatchObject({
      state: 'succeeded_with_skips',
      remarks: [`Of the clients in HaloPSA, ${nobody.id} was set aside: The client has no name.`],
    });
  });

  it.each([
    [
      'the marketplace’s password',
      'marketplace',
      'POST',
      '^/token',
      { status: 401, body: { status: 401, message: 'Unauthorized', path: '/token', timeStamp: '', correlationId: 'x' } },
      'marketplace_credentials',
    ],
    [
      'the marketplace’s key',
      'marketplace',
      undefined,
      '',
      { status: 401, body: { statusCode: 401, message: 'Access denied due to invalid subscription key.' } },
      'marketplace_credentials',
    ],
    ['the PSA’s secret', 'psa', 'POST', '^/auth/token', { status: 401, body: { error: 'invalid_client' } }, 'psa_credentials'],
  ] as const)(
    'has %s rejected: the configuration is to be corrected, and it is not tried again by itself',
    async (_what, vendor, method, path, answer, code) => {
      on.sandbox.kernel.faults.add({ vendor, ...(method ? { method } : {}), path, times: 0, ...answer });
      const { row } = await on.run();
      expect(row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code } });
      expect(row.error!.message).toContain('Correct the credentials for');
      expect(JSON.stringify([row, on.logged])).not.toMatch(/sandbox-password|sandbox-client-secret|sandbox-subscription-key/);
      expect(on.sandbox.kernel.calls.all().filter((call) => call.vendor === vendor && call.status === 401).length).toBeLessThanOrEqual(2);
    },
  );

  it('loses one subscription to an error that stays: it fails, but what was read is kept', async () => {
    const { world } = on.sandbox.marketplace;
    const live = world.subscriptions.newestFirst().filter((row) => row.status === 'active' || row.status === 'hold');
    fault('marketplace', `^/subscriptions/${live.at(-1)!.id}$`, {
      status: 500,
      body: { status: 500, message: 'Internal Server Error', path: '', timeStamp: '', correlationId: '' },
    });
    const { row } = await on.run();
    expect(row).toMatchObject({ state: 'failed', error: { actor: 'vendor', code: 'marketplace_server' } });
    const [kept] = (await on.database.dataSource.query(`SELECT count(*)::int AS n FROM subscriptions WHERE detail IS NOT NULL`)) as {
      n: number;
    }[];
    expect(kept!.n).toBeGreaterThan(10);
    on.sandbox.kernel.faults.clear();
    on.sandbox.kernel.calls.clear();
    expect((await on.run()).row.state).toBe('succeeded_with_skips');
    expect(on.sandbox.kernel.calls.all().filter((call) => /^\/subscriptions\/\d/.test(call.path)).length).toBe(live.length - kept!.n);
  });

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

    it.each<[string, Record<string, unknown>]>([
      ['products that are no list', { products: 'five' }],
      ['products that are no objects', { products: [5] }],
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

  it('is switched off: it fails at once', async () => {
    await on.set({ enabled: false });
    expect((await on.run()).row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code: 'disabled' } });
    expect(on.sandbox.kernel.calls.all()).toEqual([]);
  });

  it('breaks inside: it says so without any inner text, which the log has', async () => {
    const id = await on.queue();
    await runImport({ ...on.deps, connect: () => Promise.reject(new TypeError('secret inner text')) }, id, new AbortController().signal);
    const { row } = await on.result(id);
    expect(row).toMatchObject({ state: 'failed', error: { actor: 'isthmus', code: 'unexpected' } });
    expect(row.error!.message).not.toContain('inner');
    expect(on.logged.flat()).toContainEqual(expect.objectContaining({ importId: id, err: expect.any(TypeError) as unknown }));
  });

  describe('that is cancelled', () => {
    const cancel = (id: string): Promise<unknown> =>
      on.database.dataSource.query(`UPDATE imports SET cancel_requested_at = now() WHERE id = $1`, [id]);

    it('while it writes, ends soon, and says what was done', async () => {
      const before = on.sandbox.psa.licences().length;
      const id = await on.queue();
      let posts = 0;
      const deps = {
        ...on.deps,
        async connect(...args: Parameters<typeof on.deps.connect>) {
          const vendors = await on.deps.connect(...args);
          const post = vendors.psa.createLicences.bind(vendors.psa);
          vendors.psa.createLicences = async (licences) => {
            posts += licences.length > 0 ? 1 : 0;
            const outcome = await post(licences);
            if (posts === 1) await cancel(id);
            return outcome;
          };
          return vendors;
        },
      };
      await runImport(deps, id, new AbortController().signal);
      const { row, changes } = await on.result(id);
      const applied = changes.filter((change) => change.state === 'applied');
      expect(row).toMatchObject({ state: 'cancelled', phase: 'done', error: null, counts: { licences: { created: 1 } } });
      expect(row.remarks).toEqual([
        `It was cancelled after ${applied.length} of ${changes.length} changes; what was done stays done, and the rest was not begun.`,
      ]);
      expect(changes.every((change) => change.state === 'applied' || change.state === 'superseded')).toBe(true);
      expect(on.sandbox.psa.licences().length).toBe(before + 1);
      expect((await on.run()).row.state).toBe('succeeded_with_skips');
    });

    it('while everybody waits for the marketplace, ends without waiting for it', async () => {
      const id = await on.queue();
      on.sandbox.kernel.faults.add({ vendor: 'marketplace', path: '^/subscriptions/\\d', times: 0, delayMs: 20_000 });
      const started = Date.now();
      const running = runImport({ ...on.deps, watchMs: 20 }, id, new AbortController().signal);
      while (on.sandbox.kernel.calls.all().filter((call) => /^\/subscriptions\/\d/.test(call.path)).length < 8)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await cancel(id);
      await running;
      expect(Date.now() - started).toBeLessThan(10_000);
      expect((await on.result(id)).row).toMatchObject({
        state: 'cancelled',
        error: null,
        remarks: ['It was cancelled before anything was changed.'],
      });
    });

    it('before an attempt begins: it ends without a call that matters', async () => {
      const id = await on.queue();
      await cancel(id);
      await runImport(on.deps, id, new AbortController().signal);
      expect((await on.result(id)).row.state).toBe('cancelled');
      expect(standing(on.sandbox).licences.some((licence) => String(licence['snowid']).startsWith('ingram/'))).toBe(false);
    });
  });

  describe('whose worker', () => {
    it('is told to stop, leaves the import to the next attempt', async () => {
      const id = await on.queue();
      const stopping = new AbortController();
      const { now } = on.deps;
      let asked = 0;
      // Somewhere in the middle of reading details.
      const deps = { ...on.deps, now: () => ((asked += 1) === 12 && stopping.abort(new Error('Isthmus is stopping')), now()) };
      await expect(runImport(deps, id, stopping.signal)).rejects.toThrow('Isthmus is stopping');
      const left = (await on.result(id)).row;
      expect(left).toMatchObject({ attempt: 1, error: null, finishedAt: null });
      expect(['running', 'queued']).toContain(left.state);
      await on.forgetWorker(id);
      await runImport(on.deps, id, new AbortController().signal);
      const { row, skips } = await on.result(id);
      expect(row).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, counts: { skipped: skips.length } });
      expect(row.callsMarketplace + row.callsPsa).toBeGreaterThan(40);
    });

    it('lost the import to another one, writes nothing more: not to the PSA, not to the database', async () => {
      const id = await on.queue();
      let taken = false;
      const deps = {
        ...on.deps,
        async connect(...args: Parameters<typeof on.deps.connect>) {
          const vendors = await on.deps.connect(...args);
          const read = vendors.psa.licences.bind(vendors.psa);
          vendors.psa.licences = async (filter) => {
            const look = await read(filter);
            if (!taken) {
              taken = true;
              await on.database.dataSource.query(`UPDATE imports SET attempt = attempt + 1 WHERE id = $1`, [id]);
            }
            return look;
          };
          return vendors;
        },
      };
      const before = standing(on.sandbox);
      await runImport(deps, id, new AbortController().signal);
      expect(taken).toBe(true);
      expect(standing(on.sandbox)).toEqual(before);
      const { row, changes } = await on.result(id);
      expect(row).toMatchObject({ state: 'running', attempt: 2, finishedAt: null });
      expect(changes).toEqual([]);
      expect(await on.mappings()).toEqual([]);
    });

    it('comes too late: an import that is over is not begun again', async () => {
      const { row } = await on.run();
      await runImport(on.deps, row.id, new AbortController().signal);
      expect((await on.result(row.id)).row).toEqual(row);
    });
  });
});
