import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Import } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeMapping } from '../support/marketplace-records.js';

interface Shown {
  id: string;
  state: string;
  detail?: string;
  importId?: string;
  errors?: { pointer: string }[];
}

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  app = await connectedApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId);
  await storeCustomer(app.database, tenantId, 'c1');
});

const start = (body: object = { entities: ['customers'] }, token?: string): ReturnType<typeof app.api<Shown>> =>
  app.api<Shown>('POST', `/tenants/${tenantId}/imports`, body, token);
const imports = (): Promise<number> => app.database.dataSource.manager.countBy(Import, { tenantId });
const jobs = async (importId: string): Promise<number> => {
  const rows: unknown[] = await app.database.dataSource.query(
    `SELECT 1 FROM pgboss.job WHERE name = 'imports' AND data ->> 'importId' = $1`,
    [importId],
  );
  return rows.length;
};

describe('imports', () => {
  it('should be protected', async () => {
    const { body } = await start();
    const routes = [
      ['POST', `/tenants/${tenantId}/imports`],
      ['GET', `/imports/${body.id}`],
      ['GET', `/imports/${body.id}/changes`],
      ['GET', `/imports/${body.id}/skips`],
      ['POST', `/imports/${body.id}/cancel`],
    ] as const;
    expect((await app.call(undefined, 'GET', '/api/v1/imports')).statusCode).toBe(401);
    const stranger = await app.token('admin', await app.addPsaInstance());
    for (const [method, path] of routes) {
      expect((await app.call(undefined, method, `/api/v1${path}`)).statusCode).toBe(401);
      expect((await app.api(method, path, path.endsWith('/imports') ? { entities: ['customers'] } : undefined, stranger)).status).toBe(404);
    }
    expect((await app.api<{ pagination: { total: number } }>('GET', '/imports', undefined, stranger)).body.pagination.total).toBe(0);
    expect((await app.api('GET', `/imports?tenantId=${tenantId}`, undefined, stranger)).status).toBe(404);
    const viewer = await app.token('viewer', psaInstanceId);
    expect((await app.api('GET', `/imports/${body.id}`, undefined, viewer)).status).toBe(200);
    expect((await start({ entities: ['customers'] }, viewer)).status).toBe(403);
    expect((await app.api('POST', `/imports/${body.id}/cancel`, undefined, viewer)).status).toBe(403);
    expect((await app.api<Shown>('GET', `/imports/${body.id}`)).body.state).toBe('queued');
  });

  it.each([
    [{}],
    [{ entities: [] }],
    [{ entities: 'customers' }],
    [{ entities: ['customers', 'customers'] }],
    [{ entities: ['orders'] }],
    [{ entities: [null] }],
    [{ entities: ['customers'], preview: 'yes' }],
    [{ entities: ['customers'], preview: null }],
    [{ entities: ['customers'], customerId: 'c1', clientId: '1' }],
    [{ entities: ['customers'], customerId: 1 }],
    [{ entities: ['customers'], customerId: '' }],
    [{ entities: ['customers'], clientId: '0' }],
    [{ entities: ['customers'], force: true }],
  ])('should validate the body: %j', async (body) => {
    expect((await start(body)).status).toBe(400);
    expect(await imports()).toBe(0);
  });

  it('should queue an import and say where to look', async () => {
    const { status, body, headers } = await start({ entities: ['customers', 'subscriptions'], preview: true });
    expect(status).toBe(202);
    expect(headers['location']).toBe(`/api/v1/imports/${body.id}`);
    expect(body).toEqual({
      id: body.id,
      tenantId,
      entities: ['customers', 'subscriptions'],
      scope: { kind: 'all' },
      trigger: 'manual',
      requestedBy: 'test',
      preview: true,
      readEverything: false,
      state: 'queued',
      phase: 'waiting',
      progress: { done: 0, total: null },
      counts: {
        clients: { created: 0, updated: 0, linked: 0, unchanged: 0 },
        licences: { created: 0, updated: 0, rekeyed: 0, deactivated: 0, reactivated: 0, unchanged: 0 },
        skipped: 0,
        held: 0,
        failed: 0,
      },
      calls: { marketplace: 0, psa: 0 },
      attempt: 0,
      createdAt: expect.any(String),
      startedAt: null,
      finishedAt: null,
      remarks: [],
    });
    expect((await app.api('GET', `/imports/${body.id}`)).body).toEqual(body);
    expect(await jobs(body.id)).toBe(1);
    // Somebody waits for it: it goes before those of the schedule.
    const [job] = await app.database.dataSource.query<{ priority: number }[]>(
      `SELECT priority FROM pgboss.job WHERE data ->> 'importId' = $1`,
      [body.id],
    );
    expect(job!.priority).toBe(1);
  });

  it('should read everything again for those who ask', async () => {
    const { status, body } = await start({ entities: ['subscriptions'], readEverything: true });
    expect(status).toBe(202);
    expect(body).toMatchObject({ readEverything: true });
    const [row] = await app.database.dataSource.manager.findBy(Import, { id: body.id });
    expect(row!.readSince).toBeInstanceOf(Date);
  });

  it('should run one import of a tenant at a time, also when many ask at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => start()));
    const started = answers.filter(({ status }) => status === 202);
    expect(started).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => body.importId)).toEqual(Array.from({ length: 5 }, () => started[0]?.body.id));
    expect(await imports()).toBe(1);
    const other = await app.addTenant(psaInstanceId);
    expect((await app.api('POST', `/tenants/${other}/imports`, { entities: ['customers'] })).status).toBe(202);
  });

  it('should import one customer that is known', async () => {
    const { body } = await start({ entities: ['customers'], customerId: 'c1' });
    expect(body).toMatchObject({ scope: { kind: 'customer', customerId: 'c1' } });
    await app.api('POST', `/imports/${body.id}/cancel`);
    const unknown = await start({ entities: ['customers'], customerId: '999999999' });
    expect([unknown.status, unknown.body.errors?.[0]?.pointer]).toEqual([422, '/customerId']);
  });

  it('should import the customers that are mapped to a client', async () => {
    const none = await start({ entities: ['subscriptions'], clientId: '12' });
    expect([none.status, none.body.errors?.[0]?.pointer]).toEqual([422, '/clientId']);
    await storeMapping(app.database, tenantId, 'c1', '12');
    const one = await start({ entities: ['subscriptions'], clientId: '12' });
    expect(one.body).toMatchObject({ scope: { kind: 'client', clientId: '12' } });
    const { manager } = app.database.dataSource;
    expect(await manager.findOneByOrFail(Import, { id: one.body.id })).toMatchObject({ customerId: 'c1', clientId: '12' });
    await app.api('POST', `/imports/${one.body.id}/cancel`);
    await storeCustomer(app.database, tenantId, 'c2');
    await storeMapping(app.database, tenantId, 'c2', '12');
    const several = await start({ entities: ['subscriptions'], clientId: '12' });
    expect(several.body).toMatchObject({ scope: { kind: 'client', clientId: '12' } });
    expect(await manager.findOneByOrFail(Import, { id: several.body.id })).toMatchObject({ customerId: null, clientId: '12' });
  });

  it('should not import by hand what is switched off', async () => {
    await app.api('PATCH', `/tenants/${tenantId}`, { enabled: false });
    const tenantOff = await start();
    expect([tenantOff.status, tenantOff.body.detail]).toEqual([409, expect.stringContaining('switched off')]);
    await app.api('PATCH', `/tenants/${tenantId}`, { enabled: true });
    await app.api('PATCH', `/psa-instances/${psaInstanceId}`, { enabled: false });
    expect((await start()).status).toBe(409);
    expect(await imports()).toBe(0);
  });

  it('should cancel one that waits at once, ask one that runs, and refuse one that is over', async () => {
    const { body } = await start();
    const { manager } = app.database.dataSource;
    const cancelled = await app.api('POST', `/imports/${body.id}/cancel`);
    expect([cancelled.status, cancelled.body['state'], cancelled.body['phase'], cancelled.body['finishedAt']]).toEqual([
      202,
      'cancelled',
      'done',
      expect.any(String),
    ]);
    const running = await start();
    await manager.update(Import, { id: running.body.id }, { state: 'running', attempt: 1 });
    const asked = await app.api('POST', `/imports/${running.body.id}/cancel`);
    expect([asked.status, asked.body['state']]).toEqual([202, 'running']);
    expect((await manager.findOneByOrFail(Import, { id: running.body.id })).cancelRequestedAt).not.toBeNull();
    await manager.update(Import, { id: running.body.id }, { state: 'succeeded', cancelRequestedAt: null });
    const over = await app.api<Shown>('POST', `/imports/${running.body.id}/cancel`);
    expect([over.status, over.body.detail]).toEqual([409, expect.stringContaining('succeeded')]);
    expect((await manager.findOneByOrFail(Import, { id: running.body.id })).cancelRequestedAt).toBeNull();
  });
});
