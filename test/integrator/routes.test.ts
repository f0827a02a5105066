import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Import, Tenant } from '../../entities/index.js';
import { delayOf, SPREAD_MS } from '../../src/integrator/schedule.js';
import { tick } from '../../src/integrator/tick.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface Shown {
  id: string;
  status: string;
  nextRunAt: string | null;
  lastRun: { slot: string; state: string; importId: string | null; note: string | null } | null;
  lastImport: { id: string } | null;
  pausedAt: string | null;
  pausedWhy: string | null;
  integrator: Record<string, unknown>;
}
interface Refused {
  detail: string;
  importId?: string;
}
interface Runs {
  data: { slot: string; state: string; importId: string | null; importState: string | null; note: string | null; dueAt: string }[];
  pagination: { total: number };
}

const DAY = 86_400_000;
const NOON = Date.parse('2026-03-02T12:00:00Z');
/** Past every tenant's 02:00 UTC of the day after. */
const NIGHT = Date.parse('2026-03-03T02:00:00Z') + SPREAD_MS;

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  app = await connectedApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  app.moment.at = NOON;
  await app.database.dataSource.query('DELETE FROM integrator_slots');
  await app.database.dataSource.query('DELETE FROM imports');
  await app.database.dataSource.query('DELETE FROM tenants');
  psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId, { integrator: { enabled: true } });
  await store({ status: 'ok', verifiedAt: new Date(NOON) });
});

const store = async (changes: Partial<Tenant>): Promise<void> => {
  await app.database.dataSource.manager.update(Tenant, { id: tenantId }, changes);
};
const stored = (): Promise<Tenant> => app.database.dataSource.manager.findOneByOrFail(Tenant, { id: tenantId });
const shown = async (): Promise<Shown> => (await app.api<Shown>('GET', `/tenants/${tenantId}`)).body;
const change = async (body: object): Promise<Shown> => {
  const { status, body: saved } = await app.api<Shown>('PATCH', `/tenants/${tenantId}`, body);
  expect(status).toBe(200);
  return saved;
};
const post = <T = Shown>(path: string, body?: object): ReturnType<typeof app.api<T>> =>
  app.api<T>('POST', `/tenants/${tenantId}${path}`, body);
const lookAt = (now: number): ReturnType<typeof tick> => {
  app.moment.at = now;
  return tick(app.services, { now });
};
const endImports = (): Promise<unknown> => app.database.dataSource.query(`UPDATE imports SET state = 'succeeded'`);
/** The due instant of a date at 02:00 UTC, unless another time is given. */
const due = (date: string, time = '02:00'): string => new Date(Date.parse(`${date}T${time}:00Z`) + delayOf(tenantId)).toISOString();

describe('the schedule of a tenant', () => {
  it('should be protected', async () => {
    const routes = [
      ['POST', 'pause'],
      ['POST', 'resume'],
      ['POST', 'integrator/run'],
      ['GET', 'integrator/runs'],
    ] as const;
    const stranger = await app.token('admin', await app.addPsaInstance());
    const viewer = await app.token('viewer', psaInstanceId);
    for (const [method, path] of routes) {
      expect((await app.call(undefined, method, `/api/v1/tenants/${tenantId}/${path}`)).statusCode).toBe(401);
      expect((await app.api(method, `/tenants/${tenantId}/${path}`, undefined, stranger)).status).toBe(404);
      expect((await app.api(method, `/tenants/${tenantId}/${path}`, undefined, viewer)).status).toBe(method === 'GET' ? 200 : 403);
    }
    expect(await shown()).toMatchObject({ status: 'ok', pausedAt: null, lastImport: null });
    const operator = await app.token('operator', psaInstanceId);
    for (const [method, path] of routes) {
      expect([200, 202, 409]).toContain((await app.api(method, `/tenants/${tenantId}/${path}`, undefined, operator)).status);
    }
  });

  it('should show when it comes next, and come then', async () => {
    const { nextRunAt, lastRun } = await shown();
    expect([nextRunAt, lastRun]).toEqual([due('2026-03-03'), null]);
    expect((await lookAt(Date.parse(nextRunAt!) - 1)).started).toBe(0);
    expect((await lookAt(Date.parse(nextRunAt!))).started).toBe(1);
    const after = await shown();
    expect(after.nextRunAt).toBe(due('2026-03-04'));
    expect(after.lastRun).toEqual({ slot: '2026-03-03', state: 'started', importId: after.lastImport?.id, note: null });
  });

  it('should show a day that is due and not taken as the next', async () => {
    app.moment.at = NIGHT + 3 * DAY;
    expect((await shown()).nextRunAt).toBe(due('2026-03-06'));
    await lookAt(NIGHT + 3 * DAY);
    expect(await shown()).toMatchObject({ nextRunAt: due('2026-03-07'), lastRun: { slot: '2026-03-06' } });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['its integrator is off', () => change({ integrator: { enabled: false } })],
    ['the tenant is switched off', () => change({ enabled: false })],
    ['the PSA instance is switched off', () => app.api('PATCH', `/psa-instances/${psaInstanceId}`, { enabled: false })],
    ['nothing is chosen', () => change({ integrator: { customers: false, subscriptions: false } })],
    ['its account was never seen to work', () => store({ status: 'untested', verifiedAt: null })],
    ['it is paused', () => post('/pause')],
  ])('should show no next run while %s, nor come', async (_why, leaveAlone) => {
    await leaveAlone();
    expect((await shown()).nextRunAt).toBeNull();
    expect(await lookAt(NIGHT)).toMatchObject({ started: 0 });
    expect((await post<Refused>('/integrator/run')).status).toBe(409);
    expect(await app.database.dataSource.manager.countBy(Import, { tenantId })).toBe(0);
  });

  it('should not catch up what came due before it was switched on, or set to another time', async () => {
    await change({ integrator: { enabled: false } });
    app.moment.at = NIGHT;
    expect((await change({ integrator: { enabled: true } })).nextRunAt).toBe(due('2026-03-04'));
    expect((await lookAt(NIGHT + 30_000)).started).toBe(0);
    expect((await change({ integrator: { at: '01:30' } })).nextRunAt).toBe(due('2026-03-04', '01:30'));
    expect((await lookAt(NIGHT + 60_000)).started).toBe(0);
    expect((await lookAt(NIGHT + DAY)).started).toBe(1);
  });

  it('should keep a day that is due through a change of anything else', async () => {
    app.moment.at = NIGHT;
    await change({ name: 'renamed', integrator: { customers: false } });
    expect((await lookAt(NIGHT + 30_000)).started).toBe(1);
  });

  it('should show settings that can be sent back as they are', async () => {
    const { integrator } = await shown();
    expect(Object.keys(integrator)).not.toContain('since');
    expect((await change({ integrator })).integrator).toEqual(integrator);
  });
});

describe('a pause', () => {
  it('should last until someone ends it, and say why', async () => {
    const { status, body } = await post('/pause', { why: 'Halo is being moved.' });
    expect([status, body.status, body.pausedAt, body.pausedWhy]).toEqual([
      200,
      'paused',
      new Date(NOON).toISOString(),
      'Halo is being moved.',
    ]);
    app.moment.at = NOON + 1000;
    expect((await post('/pause')).body).toMatchObject({ pausedAt: new Date(NOON).toISOString(), pausedWhy: 'Halo is being moved.' });
    await lookAt(NIGHT);
    expect((await shown()).lastRun).toMatchObject({
      slot: '2026-03-03',
      state: 'left_alone',
      note: expect.stringContaining('being moved'),
    });
    const ended = await post('/resume');
    expect(ended.body).toMatchObject({ status: 'ok', pausedAt: null, pausedWhy: null, nextRunAt: due('2026-03-04') });
    expect((await lookAt(NIGHT + DAY)).started).toBe(1);
  });

  it('should name who paused it when no reason is given', async () => {
    expect((await post('/pause')).body.pausedWhy).toBe('Paused by test.');
  });

  it('should leave imports by hand alone', async () => {
    await post('/pause');
    expect((await post('/imports', { entities: ['customers'] })).status).toBe(202);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['are entered anew', () => change({ password: 'sandbox-password' })],
    ['are verified', () => post('/verify')],
  ])('should end by itself when it was for refused credentials and they work once they %s', async (_what, enter) => {
    await store({ refusals: 3, pausedAt: new Date(NOON), pausedWhy: 'Refused three times.' });
    expect((await shown()).status).toBe('paused');
    await enter();
    expect(await stored()).toMatchObject({ refusals: 0, pausedAt: null, pausedWhy: null, status: 'ok' });
  });

  it('should not end by itself when the new credentials were not seen to work', async () => {
    await store({ refusals: 3, pausedAt: new Date(NOON), pausedWhy: 'Refused three times.' });
    expect((await app.api('PATCH', `/tenants/${tenantId}?unverified=true`, { password: 'wrong' })).status).toBe(200);
    expect((await post('/verify')).body).toMatchObject({ result: 'failed' });
    expect(await stored()).toMatchObject({ refusals: 3, pausedWhy: 'Refused three times.' });
  });

  it('should not end by itself when a person made it theirs', async () => {
    await store({ refusals: 3, pausedAt: new Date(NOON), pausedWhy: 'Refused three times.' });
    await post('/pause', { why: 'Wait for me.' });
    await change({ password: 'sandbox-password' });
    expect(await stored()).toMatchObject({ pausedWhy: 'Wait for me.', refusals: 0 });
    expect((await shown()).status).toBe('paused');
  });
});

describe('running now', () => {
  it('should start an import of the integrator, beside the day’s own', async () => {
    const { status, body, headers } = await post<Record<string, unknown>>('/integrator/run');
    expect(status).toBe(202);
    expect(body).toMatchObject({
      tenantId,
      trigger: 'integrator',
      requestedBy: 'test',
      entities: ['customers', 'subscriptions'],
      state: 'queued',
    });
    expect(headers['location']).toBe(`/api/v1/imports/${String(body['id'])}`);
    const jobs: unknown[] = await app.database.dataSource.query(`SELECT 1 FROM pgboss.job WHERE data ->> 'importId' = $1`, [body['id']]);
    expect(jobs).toHaveLength(1);
    expect(await shown()).toMatchObject({ nextRunAt: due('2026-03-03'), lastRun: null });
    await endImports();
    expect((await lookAt(NIGHT)).started).toBe(1);
  });

  it('should name the import that is in the way', async () => {
    const first = await post<{ id: string }>('/imports', { entities: ['customers'] });
    const refused = await post<Refused>('/integrator/run');
    expect([refused.status, refused.body.importId]).toEqual([409, first.body.id]);
  });

  it('should start one import for many requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => post<{ id?: string; importId?: string }>('/integrator/run')));
    const started = answers.filter(({ status }) => status === 202);
    expect(started).toHaveLength(1);
    const rest = answers.filter(({ status }) => status !== 202);
    expect(rest.map(({ status, body }) => [status, body.importId])).toEqual(rest.map(() => [409, started[0]?.body.id]));
    expect(await app.database.dataSource.manager.countBy(Import, { tenantId })).toBe(1);
  });
});

describe('the days so far', () => {
  it('should be listed newest first, with the state of their imports', async () => {
    await lookAt(NIGHT);
    await lookAt(NIGHT + DAY);
    await endImports();
    await post('/pause', { why: 'why' });
    await lookAt(NIGHT + 2 * DAY);
    const { body } = await app.api<Runs>('GET', `/tenants/${tenantId}/integrator/runs`);
    const [first] = await app.database.dataSource.manager.findBy(Import, { tenantId });
    expect(body.pagination.total).toBe(3);
    expect(body.data).toMatchObject([
      { slot: '2026-03-05', state: 'left_alone', importId: null, importState: null, dueAt: due('2026-03-05') },
      { slot: '2026-03-04', state: 'left_alone', importId: null, importState: null, note: expect.stringContaining('until the next day') },
      { slot: '2026-03-03', state: 'started', importId: first?.id, importState: 'succeeded', note: null },
    ]);
    const second = await app.api<Runs>('GET', `/tenants/${tenantId}/integrator/runs?offset=1&limit=1`);
    expect(second.body.data.map(({ slot }) => slot)).toEqual(['2026-03-04']);
  });
});
