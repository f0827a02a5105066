import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Tenant } from '../../entities/index.js';
import { INTEGRATOR } from '../../src/auth/audit/actor.js';
import { Sealer } from '../../src/database/sealing.js';
import { generateMappings } from '../../src/imports/generate-mappings.js';
import { runImport } from '../../src/imports/run-import.js';
import type { Fault } from '../../src/sandbox/index.js';
import { standing } from './expected.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount } from './people.js';
import { stage, type Stage } from './stage.js';

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

  it.each([
    ['under ids of their own', 9_000_000],
    ['under the ids of ours, as in a region that counts from the same number', 1_000_001],
  ])('is shown another account’s customers %s: it fails, and nothing is touched or learnt', async (_ids, first) => {
    await on.run();
    const writes = on.sandbox.psa.writes();
    const known = await on.database.dataSource.query('SELECT customer_id, name, gone_at FROM customers ORDER BY 1');
    const others = Array.from({ length: 5 }, (_, at) => ({ id: String(first + at), name: `Other ${at}`, status: 'active' }));
    fault('marketplace', '^/customers\\?', { body: { data: others, pagination: { offset: 0, limit: 500, total: 5 } } });
    const { row } = await on.run();
    expect(row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code: 'different_account' } });
    expect(on.sandbox.psa.writes()).toEqual(writes);
    expect(await on.database.dataSource.query('SELECT customer_id, name, gone_at FROM customers ORDER BY 1')).toEqual(known);
  });

  it('is shown another account’s customers after somebody had them matched, who was told so: it fails all the same', async () => {
    await on.run();
    const others = Array.from({ length: 5 }, (_, at) => ({ id: String(1_000_001 + at), name: `Other ${at}`, status: 'active' }));
    const [customers, mappings] = [
      () => on.database.dataSource.query<unknown[]>('SELECT customer_id, name, gone_at FROM customers ORDER BY 1'),
      () => on.mappings(),
    ];
    const known = [await customers(), await mappings()];
    for (const data of [others, []]) {
      fault('marketplace', '^/customers\\?', { body: { data, pagination: { offset: 0, limit: 500, total: data.length } } });
      const { signal } = new AbortController();
      await expect(generateMappings(on.deps, on.tenant, on.psaInstance, INTEGRATOR, signal)).rejects.toMatchObject({
        code: 'different_account',
      });
      expect([await customers(), await mappings()]).toEqual(known);
      on.sandbox.kernel.faults.clear();
    }
    fault('marketplace', '^/customers\\?', { body: { data: others, pagination: { offset: 0, limit: 500, total: 5 } } });
    expect((await on.run()).row).toMatchObject({ state: 'failed', error: { code: 'different_account' } });
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

  it('is switched off: it fails at once', async () => {
    await on.set({ enabled: false });
    expect((await on.run()).row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code: 'disabled' } });
    expect(on.sandbox.kernel.calls.all()).toEqual([]);
  });

  it('cannot open a stored secret: it says which one, with which key it was sealed, and what to do', async () => {
    const password = await new Sealer([{ kid: 'of before', key: new Uint8Array(32) }]).seal('p', {
      table: 'tenants',
      column: 'password',
      row: on.tenant.id,
    });
    await on.deps.dataSource.manager.update(Tenant, { id: on.tenant.id }, { password });
    const { row } = await on.run();
    expect(row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code: 'secret_unreadable' } });
    expect(row.error!.message).toMatch(/tenants\.password .*"of before".*not among ISTHMUS_SECRET_KEYS/);
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
});
