import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Change, Import, Skip, Tenant, type ImportState } from '../../entities/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { countRefusal } from '../../src/observability/refusals.js';
import { SharedBudget } from '../../src/psa-instances/budget/shared-budget.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storePsaInstance } from '../support/psa-instance.js';

const HUSH = 'hush-hush-hush';

let database: TestDatabase;
let test: TestApp;
let psaInstances: string[];
let tenants: string[];
beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestApp(database, []);
  psaInstances = [await storePsaInstance(database.dataSource), await storePsaInstance(database.dataSource)];
  tenants = [await storeTenant(psaInstances[0]!, 'North "and" \\ South\n🏔'), await storeTenant(psaInstances[1]!, 'East')];
});
afterAll(async () => {
  await test.close();
  await database.close();
});

async function storeTenant(psaInstanceId: string, name: string): Promise<string> {
  const id = randomUUID();
  await database.dataSource.manager.insert(Tenant, {
    id,
    psaInstanceId,
    name,
    apiUrl: 'https://api.example.com',
    marketplace: 'us',
    username: 'user',
    password: HUSH,
    subscriptionKey: HUSH,
    clientImport: {} as Tenant['clientImport'],
    subscriptionImport: {} as Tenant['subscriptionImport'],
    integrator: {} as Tenant['integrator'],
    guard: {} as Tenant['guard'],
    createdAt: new Date(Date.now() - 50_000_000),
  });
  return id;
}

interface Done {
  tenant?: number;
  state: ImportState;
  /** How long ago it was asked for, and how long it took, in seconds. */
  ago: number;
  took?: number;
  preview?: boolean;
  customerId?: string;
  entities?: Import['entities'];
}

async function storeImport({ tenant = 0, state, ago, took, preview = false, customerId, entities }: Done): Promise<string> {
  const createdAt = new Date(Date.now() - ago * 1000);
  const counts = noCounts();
  counts.licences.created = 3;
  counts.clients.linked = 2;
  counts.failed = 1;
  const id = randomUUID();
  await database.dataSource.manager.insert(Import, {
    id,
    psaInstanceId: psaInstances[tenant]!,
    tenantId: tenants[tenant]!,
    entities: entities ?? ['customers', 'subscriptions'],
    customerId: customerId ?? null,
    trigger: 'manual',
    requestedBy: 'test',
    preview,
    state,
    counts,
    callsMarketplace: 20,
    callsPsa: 7,
    createdAt,
    startedAt: took === undefined ? null : createdAt,
    finishedAt: took === undefined ? null : new Date(createdAt.getTime() + took * 1000),
    remarks: [],
  });
  return id;
}

/** The samples of a scrape: name and labels, to value. */
async function scrape(
  token?: string,
): Promise<{ text: string; value: (series: string) => number | undefined; of: (name: string) => string[] }> {
  const answer = await test.call(token ?? (await test.token('owner')), 'GET', '/metrics');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=/);
  const lines = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
  return {
    text: answer.body,
    value: (series) => samples.get(series),
    of: (name) => lines.filter((line) => line.startsWith(name)),
  };
}

const labels = (tenant: number): string =>
  `tenant_id="${tenants[tenant]}",tenant="${tenant === 0 ? String.raw`North \"and\" \\ South\n🏔` : 'East'}"`;

describe('/metrics', () => {
  it('is for those with a token', async () => {
    expect((await test.call(undefined, 'GET', '/metrics')).statusCode).toBe(401);
    expect((await test.call(await test.token('viewer', psaInstances[0]), 'GET', '/metrics')).statusCode).toBe(200);
  });

  it('is empty of imports, and full of the process, before anything happened', async () => {
    const { text, value } = await scrape();
    expect(text).toContain('# TYPE isthmus_import_duration_seconds histogram');
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(value('isthmus_queue_jobs{state="created"}')).toBe(0);
  });

  it('counts imports, their time, calls and changes, previews apart', async () => {
    await storeImport({ state: 'succeeded', ago: 4000, took: 45 });
    await storeImport({ state: 'succeeded', ago: 3000, took: 700 });
    await storeImport({ state: 'failed', ago: 2000, took: 5 });
    await storeImport({ state: 'succeeded', ago: 1000, took: 1, preview: true });
    await storeImport({ state: 'running', ago: 100 });
    const { value } = await scrape();
    expect(value(`isthmus_imports_total{${labels(0)},state="succeeded"}`)).toBe(3);
    expect(value(`isthmus_imports_total{${labels(0)},state="failed"}`)).toBe(1);
    expect(value(`isthmus_imports_open{${labels(0)},state="running"}`)).toBe(1);
    expect(value(`isthmus_vendor_calls_total{${labels(0)},vendor="marketplace"}`)).toBe(100);
    expect(value(`isthmus_vendor_calls_total{${labels(0)},vendor="psa"}`)).toBe(35);
    const took = (le: string): number | undefined =>
      value(`isthmus_import_duration_seconds_bucket{${labels(0)},state="succeeded",le="${le}"}`);
    expect([took('30'), took('60'), took('600'), took('1800'), took('+Inf')]).toEqual([0, 1, 1, 2, 2]);
    expect(value(`isthmus_import_duration_seconds_sum{${labels(0)},state="succeeded"}`)).toBe(745);
    expect(value(`isthmus_import_duration_seconds_count{${labels(0)},state="succeeded"}`)).toBe(2);
    expect(value(`isthmus_changes_total{${labels(0)},entity="licence",action="create"}`)).toBe(12);
    expect(value(`isthmus_changes_total{${labels(0)},entity="client",action="link"}`)).toBe(8);
    expect(value(`isthmus_changes_failed_total{${labels(0)}}`)).toBe(4);
  });

  it('tells the age of the last whole success, and of a tenant that never had one', async () => {
    await storeImport({ state: 'succeeded_with_skips', ago: 900, took: 100, customerId: 'one-only' });
    await storeImport({ state: 'succeeded', ago: 800, took: 100, entities: ['customers'] });
    const { value } = await scrape();
    // The one of 3,000 seconds ago, which took 700: a preview, one customer's import and one without subscriptions do not count, nor does a failure.
    expect(value(`isthmus_last_success_age_seconds{${labels(0)}}`)).toBeCloseTo(2300, -2);
    expect(value(`isthmus_last_success_age_seconds{${labels(1)}}`)).toBeCloseTo(50_000, -3);
    expect(value(`isthmus_tenant_enabled{${labels(1)}}`)).toBe(1);
    expect(value(`isthmus_tenant_paused{${labels(1)}}`)).toBe(0);
  });

  it('shows changes and skips of the last whole import', async () => {
    const old = await storeImport({ tenant: 1, state: 'succeeded', ago: 90_000, took: 10 });
    const last = await storeImport({ tenant: 1, state: 'partly_failed', ago: 80_000, took: 10 });
    const change = (importId: string, sequence: number, state: Change['state']) => ({
      psaInstanceId: psaInstances[1]!,
      tenantId: tenants[1]!,
      importId,
      attempt: 1,
      sequence,
      entity: 'licence' as const,
      action: 'update' as const,
      planned: {},
      after: {},
      state,
    });
    await database.dataSource.manager.insert(Change, [
      change(old, 1, 'applied'),
      change(last, 1, 'applied'),
      change(last, 2, 'applied'),
      change(last, 3, 'failed'),
    ]);
    const skip = { importId: last, entity: 'subscription' as const, marketplaceId: '1', detail: '' };
    await database.dataSource.manager.insert(Skip, [
      { ...skip, reason: 'ended' },
      { ...skip, reason: 'ended' },
      { ...skip, importId: old, reason: 'trial' },
    ]);
    const { value, of } = await scrape();
    const series = (state: string): string => `isthmus_last_import_changes{${labels(1)},entity="licence",action="update",state="${state}"}`;
    expect([value(series('applied')), value(series('failed'))]).toEqual([2, 1]);
    expect(value(`isthmus_last_import_skips{${labels(1)},reason="ended"}`)).toBe(2);
    expect(of(`isthmus_last_import_skips{tenant_id="${tenants[1]}"`)).toHaveLength(1);
  });

  it('shows what is left of the budget, and refusals, whichever process met them', async () => {
    const [psaInstanceId] = psaInstances as [string];
    const budget = new SharedBudget({ dataSource: database.dataSource, psaInstanceId });
    for (let n = 0; n < 10; n += 1) await budget.take();
    const of = (scraped: Awaited<ReturnType<typeof scrape>>, name: string): number =>
      Number(scraped.of(`isthmus_psa_budget_${name}{psa_instance_id="${psaInstanceId}"`)[0]?.split(' ').at(-1));
    const calm = await scrape();
    expect(of(calm, 'left')).toBeGreaterThanOrEqual(140);
    expect(of(calm, 'left')).toBeLessThan(142);
    expect([of(calm, 'rate_share'), of(calm, 'pause_seconds')]).toEqual([1, 0]);

    budget.refused(60_000);
    await budget.told();
    for (const vendor of ['psa', 'psa', 'marketplace'] as const)
      countRefusal(database.dataSource, test.services.logger, tenants[0]!, vendor);
    // On the one connection that is free first, behind the three.
    while (Number((await database.dataSource.query<{ n: string }[]>('SELECT sum(refused) AS n FROM vendor_refusals'))[0]?.n) < 3);
    const after = await scrape();
    expect(of(after, 'rate_share')).toBeCloseTo(0.5, 1);
    expect(of(after, 'pause_seconds')).toBeGreaterThan(50);
    expect(after.value(`isthmus_vendor_refusals_total{${labels(0)},vendor="psa"}`)).toBe(2);
    expect(after.value(`isthmus_vendor_refusals_total{${labels(0)},vendor="marketplace"}`)).toBe(1);
  });

  it('shows the depth of the queue', async () => {
    await test.services.queue.start();
    try {
      const id = await storeImport({ tenant: 1, state: 'queued', ago: 1 });
      await test.services.queue.enqueueImport(id);
      expect((await scrape()).value('isthmus_queue_jobs{state="created"}')).toBe(1);
      expect((await scrape(await test.token('viewer', psaInstances[0]))).value('isthmus_queue_jobs{state="created"}')).toBe(0);
    } finally {
      await test.services.queue.stop();
    }
  });

  it("shows a token of one PSA instance nothing of another's", async () => {
    const { text, of } = await scrape(await test.token('viewer', psaInstances[1]));
    expect(of('isthmus_imports_total').length).toBeGreaterThan(0);
    expect(text).toContain(tenants[1]!);
    expect(text).not.toContain(tenants[0]!);
    expect(text).not.toContain(psaInstances[0]!);
    expect(text).not.toContain('North');
  });

  it('tells no secret', async () => {
    expect((await scrape()).text).not.toContain(HUSH);
  });

  it('leaves out what was archived', async () => {
    await database.dataSource.manager.update(Tenant, { id: tenants[0]! }, { archivedAt: new Date() });
    expect((await scrape()).text).not.toContain(tenants[0]!);
  });
});
