import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Link, Tenant } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface Problem {
  detail: string;
  errors?: { pointer: string; message: string }[];
  checks?: { name: string; result: string; field?: string }[];
  importId?: string;
}

let app: ConnectedApp;
let psaInstanceId: string;
beforeAll(async () => {
  app = await connectedApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  psaInstanceId = await app.addPsaInstance();
  app.sandbox.kernel.calls.clear();
});

const stored = (id: string): Promise<Tenant> => app.database.dataSource.manager.findOneByOrFail(Tenant, { id });
const account = (): object => app.sandbox.credentials.marketplace;
const tenants = (): Promise<number> => app.database.dataSource.manager.count(Tenant);
const pointers = ({ errors }: Problem): string[] | undefined => errors?.map(({ pointer }) => pointer);

describe('tenants', () => {
  it('should be protected', async () => {
    const id = await app.addTenant(psaInstanceId);
    for (const [method, path] of [
      ['GET', '/marketplaces'],
      ['GET', '/tenants'],
      ['POST', '/tenants'],
      ['GET', `/tenants/${id}`],
      ['PATCH', `/tenants/${id}`],
      ['DELETE', `/tenants/${id}`],
      ['POST', '/tenants/verify'],
      ['POST', `/tenants/${id}/verify`],
    ] as const) {
      expect((await app.call(undefined, method, `/api/v1${path}`)).statusCode).toBe(401);
    }
    const operator = await app.token('operator', psaInstanceId);
    expect((await app.api('GET', `/tenants/${id}`, undefined, operator)).status).toBe(200);
    expect((await app.api('PATCH', `/tenants/${id}`, { name: 'x' }, operator)).status).toBe(403);
    expect((await app.api('POST', '/tenants/verify', account(), operator)).status).toBe(403);
    expect((await app.api('DELETE', `/tenants/${id}`, undefined, operator)).status).toBe(403);
  });

  it('should show a caller the tenants of their own instance only', async () => {
    const mine = await app.addTenant(psaInstanceId, { name: 'mine' });
    const theirs = await app.addTenant(await app.addPsaInstance(), { name: 'theirs' });
    const admin = await app.token('admin', psaInstanceId);
    const list = await app.api<{ data: { id: string }[] }>('GET', '/tenants', undefined, admin);
    expect(list.body.data.map(({ id }) => id)).toEqual([mine]);
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'taken over' }],
      ['DELETE', '', undefined],
      ['POST', '/verify', undefined],
    ] as const) {
      expect((await app.api(method, `/tenants/${theirs}${path}`, body, admin)).status).toBe(404);
    }
    expect((await stored(theirs)).name).toBe('theirs');
    const { psaInstanceId: other } = await stored(theirs);
    const before = await tenants();
    expect((await app.api('POST', '/tenants?unverified=true', { psaInstanceId: other, name: 'n', ...account() }, admin)).status).toBe(404);
    expect((await app.api('GET', `/tenants?psaInstanceId=${other}`, undefined, admin)).status).toBe(404);
    expect(await tenants()).toBe(before);
  });

  it('should save a tenant whose account works, with the defaults', async () => {
    const { status, body, headers } = await app.api('POST', '/tenants', {
      psaInstanceId,
      name: ' Reseller ',
      ...account(),
    });
    expect(status).toBe(201);
    expect(headers['location']).toBe(`/api/v1/tenants/${String(body['id'])}`);
    const at = new Date(app.moment.at).toISOString();
    expect(body).toMatchObject({
      psaInstanceId,
      name: 'Reseller',
      enabled: true,
      marketplace: 'us',
      clientImport: { createUnmatched: true, onlyWithSubscriptions: false, updateMainSiteAddress: false },
      subscriptionImport: { prices: 'on_create', names: 'on_create', trials: 'import', followRenewals: true, rereadWithinDays: 7 },
      integrator: { enabled: false, customers: true, subscriptions: true, deactivateDeleted: false, at: '02:00' },
      guard: { floor: 5, percent: 10 },
      status: 'ok',
      verifiedAt: at,
      lastImport: null,
      nextRunAt: null,
      secretsSetAt: { password: at, subscriptionKey: at },
      remarks: [],
    });
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['password']));
    expect(JSON.stringify(body)).not.toContain('sandbox-password');
    const row = await stored(String(body['id']));
    expect(row.password).toMatch(/^eyJ/);
    expect(await app.services.sealer.open(row.subscriptionKey, { table: 'tenants', column: 'subscription_key', row: row.id })).toBe(
      'sandbox-subscription-key',
    );
  });

  it.each([
    [{ password: 'wrong' }, 'username'],
    [{ subscriptionKey: 'wrong' }, 'subscriptionKey'],
    [{ apiUrl: 'http://127.0.0.1:9/marketplace/na' }, 'apiUrl'],
    [{ apiUrl: 'https://example.com/marketplace/na' }, 'apiUrl'],
    [{ marketplace: 'zz' }, 'marketplace'],
  ])('should not save an account that does not work: %j', async (wrong, field) => {
    const before = await tenants();
    const refused = await app.api<Problem>('POST', '/tenants', { psaInstanceId, name: 'n', ...account(), ...wrong });
    expect(refused.status).toBe(422);
    expect(refused.body.checks?.find(({ result }) => result === 'failed')?.field).toBe(field);
    expect(pointers(refused.body)).toEqual([`/${field}`]);
    expect(await tenants()).toBe(before);
    const tried = await app.api<{ result: string; checks: Problem['checks'] }>('POST', '/tenants/verify', { ...account(), ...wrong });
    expect([tried.status, tried.body.result]).toEqual([200, 'failed']);
    expect(tried.body.checks?.find(({ result }) => result === 'failed')?.field).toBe(field);
    expect(await tenants()).toBe(before);
  });

  it('should save an account unverified when asked to, without calling anybody', async () => {
    const answer = await app.api('POST', '/tenants?unverified=true', { psaInstanceId, name: 'n', ...account(), password: 'wrong' });
    expect([answer.status, answer.body['status'], answer.body['verifiedAt']]).toEqual([201, 'untested', null]);
    expect(app.sandbox.kernel.calls.count()).toBe(0);
  });

  it('should bring the marketplace and the address into their usual form and say so', async () => {
    const apiUrl = `  ${app.sandbox.marketplaceUrl}/ `;
    const answer = await app.api<{ remarks: string[] }>('POST', '/tenants', {
      psaInstanceId,
      name: 'n',
      ...account(),
      apiUrl,
      marketplace: 'USA',
    });
    expect(answer.body).toMatchObject({ marketplace: 'us', apiUrl: app.sandbox.marketplaceUrl });
    expect(answer.body.remarks).toHaveLength(2);
    const odd = await app.api<{ remarks: string[] }>('POST', '/tenants?unverified=true', {
      psaInstanceId,
      name: 'n',
      ...account(),
      marketplace: 'br',
    });
    expect(odd.body).toMatchObject({ marketplace: 'br', remarks: [expect.stringContaining('br')] });
    for (const marketplace of ['u', 'toolong', 'u1', 'ü']) {
      const refused = await app.api<Problem>('POST', '/tenants?unverified=true', { psaInstanceId, name: 'n', ...account(), marketplace });
      expect([refused.status, pointers(refused.body)]).toEqual([400, ['/marketplace']]);
    }
  });

  it('should remark on another tenant of the same account', async () => {
    await app.addTenant(psaInstanceId, { name: 'the first' });
    const second = await app.api<{ remarks: string[] }>('POST', '/tenants?unverified=true', { psaInstanceId, name: 'n', ...account() });
    expect(second.body.remarks).toEqual([expect.stringContaining('the first')]);
  });

  it('should keep what a verification found', async () => {
    const id = await app.addTenant(psaInstanceId);
    const good = await app.api('POST', `/tenants/${id}/verify`);
    expect([good.status, good.body['result'], good.body['remarks']]).toEqual([200, 'ok', []]);
    expect(await stored(id)).toMatchObject({ status: 'ok', verifiedAt: new Date(app.moment.at) });
    await app.api('PATCH', `/tenants/${id}?unverified=true`, { password: 'wrong' });
    expect(await stored(id)).toMatchObject({ status: 'untested', verifiedAt: null });
    expect((await app.api('POST', `/tenants/${id}/verify`)).body['result']).toBe('failed');
    expect((await stored(id)).status).toBe('failing');
  });

  it.each([
    ['apiUrl', 'http://127.0.0.1:9/marketplace/na'],
    ['username', 'someone.else'],
  ])('should change %s only together with the secrets', async (field, value) => {
    const id = await app.addTenant(psaInstanceId);
    const before = await stored(id);
    const refused = await app.api<Problem>('PATCH', `/tenants/${id}?unverified=true`, { name: 'half done', [field]: value });
    expect([refused.status, pointers(refused.body)]).toEqual([400, ['/password', '/subscriptionKey']]);
    const half = await app.api<Problem>('PATCH', `/tenants/${id}?unverified=true`, { [field]: value, password: 'p' });
    expect([half.status, pointers(half.body)]).toEqual([400, ['/subscriptionKey']]);
    expect(await stored(id)).toEqual(before);
    expect(app.sandbox.kernel.calls.count()).toBe(0);
    const done = await app.api('PATCH', `/tenants/${id}?unverified=true`, { [field]: value, password: 'p', subscriptionKey: 'k' });
    expect(done.body).toMatchObject({ [field]: value, status: 'untested' });
    expect((await app.api('PATCH', `/tenants/${id}`, { [field]: value })).status).toBe(200);
  });

  it('should save a changed account only if it works', async () => {
    const id = await app.addTenant(psaInstanceId);
    const before = await stored(id);
    const refused = await app.api<Problem>('PATCH', `/tenants/${id}`, { name: 'half done', password: 'wrong' });
    expect([refused.status, pointers(refused.body)]).toEqual([422, ['/username']]);
    expect(await stored(id)).toEqual(before);
    const done = await app.api('PATCH', `/tenants/${id}`, { password: 'sandbox-password' });
    expect([done.status, done.body['status']]).toEqual([200, 'ok']);
    app.sandbox.kernel.calls.clear();
    expect((await app.api('PATCH', `/tenants/${id}`, { name: 'renamed' })).body['name']).toBe('renamed');
    expect(app.sandbox.kernel.calls.count()).toBe(0);
  });

  it('should merge nested settings field by field', async () => {
    const id = await app.addTenant(psaInstanceId, { clientImport: { topLevelId: '2', createUnmatched: false }, guard: { floor: 0 } });
    const changed = await app.api('PATCH', `/tenants/${id}`, {
      clientImport: { topLevelId: null, updateMainSiteAddress: true },
      subscriptionImport: { prices: 'always' },
      integrator: { at: '23:59', timeZone: 'Europe/London' },
    });
    expect(changed.body).toMatchObject({
      clientImport: { createUnmatched: false, onlyWithSubscriptions: false, updateMainSiteAddress: true },
      subscriptionImport: { prices: 'always', names: 'on_create', rereadWithinDays: 7 },
      integrator: { enabled: false, at: '23:59', timeZone: 'Europe/London' },
      guard: { floor: 0, percent: 10 },
    });
    expect(changed.body['clientImport']).not.toHaveProperty('topLevelId');
  });

  it('should let deactivateDeleted be true only while the integrator is on', async () => {
    const id = await app.addTenant(psaInstanceId);
    const refused = await app.api<Problem>('PATCH', `/tenants/${id}`, { integrator: { deactivateDeleted: true } });
    expect([refused.status, pointers(refused.body)]).toEqual([400, ['/integrator/deactivateDeleted']]);
    expect((await app.api('PATCH', `/tenants/${id}`, { integrator: { enabled: true, deactivateDeleted: true } })).status).toBe(200);
    const off = await app.api<Problem>('PATCH', `/tenants/${id}`, { integrator: { enabled: false } });
    expect([off.status, pointers(off.body)]).toEqual([400, ['/integrator/enabled']]);
    expect((await app.api('PATCH', `/tenants/${id}`, { integrator: { enabled: false, deactivateDeleted: false } })).status).toBe(200);
  });

  it('should never move a tenant to another PSA instance', async () => {
    const id = await app.addTenant(psaInstanceId);
    const refused = await app.api<Problem>('PATCH', `/tenants/${id}`, { psaInstanceId: await app.addPsaInstance() });
    expect([refused.status, pointers(refused.body)]).toEqual([400, ['/psaInstanceId']]);
    expect((await app.api('PATCH', `/tenants/${id}`, { psaInstanceId, name: 'same' })).status).toBe(200);
  });

  it('should not change the marketplace once licences are linked', async () => {
    const id = await app.addTenant(psaInstanceId);
    expect((await app.api('PATCH', `/tenants/${id}?unverified=true`, { marketplace: 'ca' })).body['marketplace']).toBe('ca');
    await app.database.dataSource.manager.insert(Link, {
      psaInstanceId,
      tenantId: id,
      subscriptionId: '1',
      line: 'A',
      licenceId: `${Date.now()}`,
      origin: 'created',
    });
    expect((await app.api('PATCH', `/tenants/${id}?unverified=true`, { marketplace: 'us' })).status).toBe(409);
    expect((await app.api('PATCH', `/tenants/${id}?unverified=true`, { marketplace: 'CA' })).status).toBe(200);
    expect((await stored(id)).marketplace).toBe('ca');
  });

  it('should archive a tenant, but not while one of its imports waits', async () => {
    const id = await app.addTenant(psaInstanceId);
    const { body } = await app.api<{ id: string }>('POST', `/tenants/${id}/imports`, { entities: ['customers'] });
    const refused = await app.api<Problem>('DELETE', `/tenants/${id}`);
    expect([refused.status, refused.body.importId]).toEqual([409, body.id]);
    await app.api('POST', `/imports/${body.id}/cancel`);
    expect((await app.api('DELETE', `/tenants/${id}`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', `/tenants/${id}`],
      ['DELETE', `/tenants/${id}`],
      ['GET', `/tenants/${id}/customers`],
      ['GET', `/tenants/${id}/subscriptions`],
    ] as const) {
      expect((await app.api(method, path)).status).toBe(404);
    }
    expect((await app.api('POST', `/tenants/${id}/imports`, { entities: ['customers'] })).status).toBe(404);
    expect((await app.api('GET', `/imports/${body.id}`)).status).toBe(200);
    expect(app.sandbox.kernel.calls.count()).toBe(0);
  });

  it('should show the latest import that was no preview', async () => {
    const id = await app.addTenant(psaInstanceId);
    const real = await app.api<{ id: string }>('POST', `/tenants/${id}/imports`, { entities: ['customers'] });
    await app.api('POST', `/imports/${real.body.id}/cancel`);
    await app.api('POST', `/tenants/${id}/imports`, { entities: ['customers'], preview: true });
    expect((await app.api('GET', `/tenants/${id}`)).body['lastImport']).toMatchObject({ id: real.body.id, state: 'cancelled' });
  });

  it('should offer the marketplaces of the guide', async () => {
    const { body } = await app.api<{ data: { code: string; portal: string }[]; pagination: object }>('GET', '/marketplaces?limit=500');
    expect(body.data.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['us', 'ca', 'mx', 'de', 'in', 'au', 'nz', 'mi', 'fr', 'it', 'uk', 'es']),
    );
    expect(body.data.find(({ code }) => code === 'us')?.portal).toBe('usa');
    expect(body.pagination).toEqual({ offset: 0, limit: 500, total: body.data.length });
  });
});
