import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface Problem {
  errors?: { pointer: string; message: string }[];
  detail: string;
  importId?: string;
}

let app: ConnectedApp;
beforeAll(async () => {
  app = await connectedApp();
});
afterAll(() => app.close());

const stored = (id: string): Promise<PsaInstance> => app.database.dataSource.manager.findOneByOrFail(PsaInstance, { id });

describe('PSA instances', () => {
  it('should be protected', async () => {
    const id = await app.addPsaInstance();
    for (const [method, path] of [
      ['GET', '/psa-instances'],
      ['POST', '/psa-instances'],
      ['GET', `/psa-instances/${id}`],
      ['PATCH', `/psa-instances/${id}`],
      ['DELETE', `/psa-instances/${id}`],
      ['POST', `/psa-instances/${id}/verify`],
      ['POST', `/psa-instances/${id}/webhook-secret`],
      ['GET', `/psa-instances/${id}/top-levels`],
      ['GET', `/psa-instances/${id}/clients`],
    ] as const) {
      expect((await app.call(undefined, method, `/api/v1${path}`)).statusCode).toBe(401);
    }
  });

  it('should let each role do what it may', async () => {
    const id = await app.addPsaInstance();
    const [admin, operator, viewer] = await Promise.all((['admin', 'operator', 'viewer'] as const).map((role) => app.token(role, id)));
    expect((await app.api('GET', `/psa-instances/${id}`, undefined, viewer)).status).toBe(200);
    expect((await app.api('PATCH', `/psa-instances/${id}`, { name: 'x' }, operator)).status).toBe(403);
    expect((await app.api('POST', `/psa-instances/${id}/verify`, undefined, operator)).status).toBe(403);
    expect((await app.api('POST', `/psa-instances/${id}/webhook-secret`, undefined, operator)).status).toBe(403);
    expect((await app.api('PATCH', `/psa-instances/${id}`, { name: 'renamed' }, admin)).body).toMatchObject({ name: 'renamed' });
    expect((await app.api('POST', '/psa-instances', { name: 'n', ...app.sandbox.credentials.psa }, admin)).status).toBe(403);
  });

  it('should show a caller their own instance only', async () => {
    const [mine, theirs] = [await app.addPsaInstance({ name: 'mine' }), await app.addPsaInstance({ name: 'theirs' })];
    const admin = await app.token('admin', mine);
    const list = await app.api<{ data: { id: string }[]; pagination: { total: number } }>('GET', '/psa-instances', undefined, admin);
    expect(list.body.data.map(({ id }) => id)).toEqual([mine]);
    expect(list.body.pagination.total).toBe(1);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'taken over' }],
      ['DELETE', '', undefined],
      ['POST', '/verify', undefined],
      ['POST', '/webhook-secret', undefined],
      ['GET', '/top-levels', undefined],
      ['GET', '/clients', undefined],
    ] as const) {
      expect((await app.api(method, `/psa-instances/${theirs}${path}`, body, admin)).status).toBe(404);
    }
    expect((await stored(theirs)).name).toBe('theirs');
  });

  it('should keep secrets sealed and show only when they were set', async () => {
    const answer = await app.api('POST', '/psa-instances', {
      name: 'n',
      ...app.sandbox.credentials.psa,
      iframeSecret: 'of the tab',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['location']).toBe(`/api/v1/psa-instances/${String(answer.body['id'])}`);
    expect(answer.body['webhookSecret']).toMatch(/^[\w-]{43}$/);
    const at = new Date(app.moment.at).toISOString();
    expect(answer.body['secretsSetAt']).toEqual({ clientSecret: at, iframeSecret: at, webhookSecret: at });
    const id = String(answer.body['id']);
    const shown = await app.api('GET', `/psa-instances/${id}`);
    expect(Object.keys(shown.body).filter((name) => /secret$/i.test(name))).toEqual([]);
    const row = await stored(id);
    for (const sealed of [row.clientSecret, row.iframeSecret, row.webhookSecret]) expect(sealed).toMatch(/^eyJ/);
    expect(await app.services.sealer.open(row.clientSecret, { table: 'psa_instances', column: 'client_secret', row: id })).toBe(
      app.sandbox.credentials.psa.clientSecret,
    );
  });

  it('should make another webhook secret that replaces the first', async () => {
    const id = await app.addPsaInstance();
    const before = (await stored(id)).webhookSecret;
    const { status, body } = await app.api<{ webhookSecret: string }>('POST', `/psa-instances/${id}/webhook-secret`);
    expect(status).toBe(201);
    const row = await stored(id);
    expect(row.webhookSecret).not.toBe(before);
    expect(await app.services.sealer.open(row.webhookSecret, { table: 'psa_instances', column: 'webhook_secret', row: id })).toBe(
      body.webhookSecret,
    );
  });

  it.each([
    ['baseUrl', 'http://127.0.0.1:9'],
    ['authUrl', 'http://127.0.0.1:9/auth'],
    ['authUrl', null],
    ['clientId', 'another'],
  ])('should change %s only together with the secret', async (field, value) => {
    const id = await app.addPsaInstance();
    const before = await stored(id);
    const refused = await app.api<Problem>('PATCH', `/psa-instances/${id}`, { name: 'half done', [field]: value });
    expect(refused.status).toBe(400);
    expect(refused.body.errors?.map(({ pointer }) => pointer)).toEqual(['/clientSecret']);
    expect(await stored(id)).toEqual(before);
    const done = await app.api('PATCH', `/psa-instances/${id}`, { [field]: value, clientSecret: 'new' });
    expect(done.body).toMatchObject({ [field]: value });
    expect((await app.api('PATCH', `/psa-instances/${id}`, { [field]: value })).status).toBe(200);
  });

  it('should leave what a change does not name', async () => {
    const id = await app.addPsaInstance({ alerts: { ticketTypeId: '7', clientId: '12' } });
    const before = (await app.api('GET', `/psa-instances/${id}`)).body;
    const after = await app.api('PATCH', `/psa-instances/${id}`, { alerts: { clientId: null }, enabled: false });
    expect(after.body).toEqual({
      ...before,
      enabled: false,
      alerts: { ticketTypeId: '7', clientId: null },
      updatedAt: after.body['updatedAt'],
    });
  });

  it('should refuse addresses that may not be called', async () => {
    for (const baseUrl of [
      'ftp://halo.example.com',
      'halo.example.com',
      'http://halo.example.com',
      'https://10.0.0.1',
      'https://u:p@halo.example.com',
      'https://halo.example.com/?x=1',
    ]) {
      const refused = await app.api<Problem>('POST', '/psa-instances', { name: 'n', ...app.sandbox.credentials.psa, baseUrl });
      expect([baseUrl, refused.status, refused.body.errors?.[0]?.pointer]).toEqual([baseUrl, 400, '/baseUrl']);
    }
  });

  it('should archive an instance with its tenants and touch nothing in HaloPSA', async () => {
    const id = await app.addPsaInstance();
    const tenantId = await app.addTenant(id);
    const calls = app.sandbox.kernel.calls.count();
    expect((await app.api('DELETE', `/psa-instances/${id}`)).status).toBe(204);
    expect((await app.api('GET', `/psa-instances/${id}`)).status).toBe(404);
    expect((await app.api('GET', `/tenants/${tenantId}`)).status).toBe(404);
    expect((await app.api('DELETE', `/psa-instances/${id}`)).status).toBe(404);
    expect((await stored(id)).archivedAt).toEqual(new Date(app.moment.at));
    expect(app.sandbox.kernel.calls.count()).toBe(calls);
  });

  it('should not archive an instance while one of its imports waits', async () => {
    const id = await app.addPsaInstance();
    const tenantId = await app.addTenant(id);
    const { body } = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] });
    const refused = await app.api<Problem>('DELETE', `/psa-instances/${id}`);
    expect([refused.status, refused.body.importId]).toEqual([409, body.id]);
    expect((await stored(id)).archivedAt).toBeNull();
  });

  it('should verify each thing one by one, and name the field at fault', async () => {
    const id = await app.addPsaInstance();
    const good = await app.api<{ result: string; checks: { name: string; result: string }[] }>('POST', `/psa-instances/${id}/verify`);
    expect(good.body.checks.find(({ name }) => name === 'credentials')).toMatchObject({ result: 'ok' });
    await app.api('PATCH', `/psa-instances/${id}`, { clientSecret: 'wrong' });
    const bad = await app.api<{ result: string; checks: { name: string; field?: string; result: string }[] }>(
      'POST',
      `/psa-instances/${id}/verify`,
    );
    expect(bad.body.result).toBe('failed');
    expect(bad.body.checks.find(({ result }) => result === 'failed')).toMatchObject({ name: 'credentials', field: 'clientId' });
  });

  it('should read top levels and clients through from HaloPSA', async () => {
    const id = await app.addPsaInstance();
    const levels = await app.api<{ data: { topLevelId: string; name: string }[] }>('GET', `/psa-instances/${id}/top-levels`);
    expect(levels.body.data.map(({ name }) => name)).toContain('Customers');
    const [client] = app.sandbox.psa.clients();
    const found = await app.api<{ data: object[]; pagination: { total: number } }>(
      'GET',
      `/psa-instances/${id}/clients?search=${encodeURIComponent(String(client?.['name']))}`,
    );
    expect(found.body.data).toContainEqual({
      clientId: String(client?.id),
      name: client?.['name'],
      inactive: client?.['inactive'] ?? false,
    });
    expect(found.body.pagination.total).toBe(found.body.data.length);
  });

  it('should say what is wrong with HaloPSA when it cannot be read', async () => {
    const id = await app.addPsaInstance({ clientSecret: 'wrong' });
    const refused = await app.api<Problem & { vendor: string; actor: string }>('GET', `/psa-instances/${id}/clients`);
    expect([refused.status, refused.body.vendor, refused.body.actor]).toEqual([422, 'psa', 'configuration']);
  });
});
