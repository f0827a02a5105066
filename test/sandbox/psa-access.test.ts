import { describe, expect, it } from '@jest/globals';
import { started, smallSeed, type AnyRow } from './psa-fixture.js';

describe('the token of a sandbox Halo', () => {
  it('is given for the right credentials, with its life in seconds', async () => {
    await using halo = await started({ tokenLifeSeconds: 120 });
    const { status, body } = await halo.token();
    expect(status).toBe(200);
    expect(body).toEqual({ scope: 'all', token_type: 'Bearer', access_token: expect.any(String), expires_in: 120 });
  });

  it.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['a wrong id', { client_id: 'wrong' }, 401, 'invalid_client'],
    ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('is refused for %s', async (_name, form, status, error) => {
    await using halo = await started();
    const answer = await halo.token(form);
    expect(answer.status).toBe(status);
    expect(answer.body['error']).toBe(error);
  });

  it('is refused for a scope that the application has not', async () => {
    await using halo = await started({ permissions: ['read:customers'] });
    expect((await halo.token({ scope: 'read:customers edit:customers' })).body['error']).toBe('invalid_scope');
    expect((await halo.token({ scope: 'read:customers' })).status).toBe(200);
  });

  it('is refused to a body that is no form', async () => {
    await using halo = await started();
    const answer = await halo.call('POST', '/auth/token', { grant_type: 'client_credentials' });
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('invalid_request');
  });

  it('needs the right tenant only when the tenant is checked', async () => {
    await using halo = await started();
    expect((await halo.token({}, '?tenant=other')).status).toBe(200);
    halo.psa.set({ tenantParameter: 'checked' });
    const refused = await halo.token({}, '?tenant=other');
    expect(refused.status).toBe(500);
    expect(refused.text).toContain('<html>');
    expect((await halo.token({}, '?Tenant=northwind')).status).toBe(200);
    expect((await halo.token({ tenant: 'northwind' })).status).toBe(200);
  });

  it('ends when its life is over on the sandbox clock, when revoked, and at a reset', async () => {
    await using halo = await started();
    expect((await halo.get('/api/client')).status).toBe(200);
    halo.kernel.clock.advance(3_601_000);
    const ended = await halo.get('/api/client');
    expect([ended.status, ended.text]).toEqual([401, '']);
    await halo.signIn();
    halo.psa.revokeTokens();
    expect((await halo.get('/api/client')).status).toBe(401);
    await halo.signIn();
    halo.psa.reset(smallSeed());
    expect((await halo.get('/api/client')).status).toBe(401);
  });
});

describe('what a call may do in a sandbox Halo', () => {
  it('needs a token everywhere but at authinfo', async () => {
    await using halo = await started();
    const info = await fetch(`${halo.url}/api/AuthInfo`);
    expect(await info.json()).toEqual({ auth_url: `${halo.url}/auth`, tenant_id: 'northwind' });
    expect((await fetch(`${halo.url}/api/Client`)).status).toBe(401);
  });

  it.each([401, 403] as const)('is checked by scope, reading and writing apart, and refused with %i', async (status) => {
    await using halo = await started({ unauthorizedForMissingRight: status, permissions: ['read:customers', 'edit:softwarelicensing'] });
    expect((await halo.get('/api/Client')).status).toBe(200);
    expect((await halo.get('/api/Agent')).status).toBe(200);
    const refused = [
      await halo.post('/api/Client', [{ name: 'New' }]),
      await halo.get('/api/SoftwareLicence'),
      await halo.get('/api/Item'),
      await halo.get('/api/Supplier'),
      await halo.get('/api/Tickets'),
      await halo.get('/api/Control'),
      await halo.post('/api/Agent', [{ name: 'New' }]),
    ];
    expect(refused.map((answer) => answer.status)).toEqual(refused.map(() => status));
    expect((await halo.post('/api/SoftwareLicence', [{ name: 'New' }])).status).toBe(201);
  });

  it('is held to the scopes the token was asked for', async () => {
    await using halo = await started();
    await halo.signIn({ scope: 'read:customers' });
    expect((await halo.get('/api/Client')).status).toBe(200);
    expect((await halo.get('/api/SoftwareLicence')).status).toBe(403);
  });

  it('ends at the clients of a restricted agent, who shows them', async () => {
    await using halo = await started({ agentRestricted: [14] });
    const list = await halo.get<{ record_count: number; clients: AnyRow[] }>('/api/Client?includeinactive=true');
    expect(list.body.record_count).toBe(1);
    expect(list.body.clients.map((row) => row.id)).toEqual([14]);
    expect((await halo.get('/api/Client/12')).status).toBe(404);
    expect((await halo.get('/api/SoftwareLicence/101')).status).toBe(404);
    expect((await halo.get<{ sites: AnyRow[] }>('/api/Site')).body.sites).toHaveLength(1);
    expect((await halo.post('/api/SoftwareLicence', [{ id: 101, count: 9 }])).status).toBe(403);
    expect((await halo.post('/api/SoftwareLicence', [{ name: 'x', client_id: 12 }])).status).toBe(400);
    expect((await halo.get('/api/Agent/me')).body['clients']).toEqual([{ agent_id: 3, client_id: 14, client_name: 'Alder Ltd' }]);
    expect(halo.psa.writes()).toEqual({ clients: 0, sites: 0, licences: 0, tickets: 0 });
  });

  it('shows an unrestricted agent without clients', async () => {
    await using halo = await started();
    expect((await halo.get('/api/Agent/me')).body).toMatchObject({ id: 3, name: 'API agent', clients: [] });
  });

  it.each([403, 404] as const)('leaves out licences while the module is off, with %i', async (moduleOffStatus) => {
    await using halo = await started({ softwareLicensing: false, moduleOffStatus });
    expect((await halo.get('/api/SoftwareLicence')).status).toBe(moduleOffStatus);
    const features = await halo.get<AnyRow[]>('/api/Features?showenabled=true');
    expect(features.body.map((row) => row['module_name'])).not.toContain('Software Licensing');
  });
});

describe('the throttle of a sandbox Halo', () => {
  it('refuses calls beyond the rolling window in plain text, without Retry-After, and lets them pass later', async () => {
    await using halo = await started({ rateLimit: { calls: 2, windowSeconds: 300 } });
    expect((await halo.get('/api/Client')).status).toBe(200);
    halo.kernel.clock.advance(100_000);
    expect((await halo.get('/api/Client')).status).toBe(200);
    const refused = await halo.get('/api/Client');
    expect(refused.status).toBe(429);
    expect(refused.text).toBe('Rate Limit Reached - 2 Requests per rolling 5 minute window');
    expect(refused.headers.get('retry-after')).toBeNull();
    expect((await halo.token()).status).toBe(200);
    halo.kernel.clock.advance(201_000);
    expect((await halo.get('/api/Client')).status).toBe(200);
    expect((await halo.get('/api/Client')).status).toBe(429);
  });

  it('says how long to wait when told to, and counts tokens when told to', async () => {
    await using halo = await started({ rateLimit: { calls: 1, windowSeconds: 300 }, retryAfter: true, tokenCallsCount: true });
    expect((await halo.token()).status).toBe(200);
    const refused = await halo.get('/api/Client');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(295);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(300);
    expect((await halo.token()).status).toBe(429);
  });

  it('allows 700 calls in five minutes by default, and none are refused without a limit', async () => {
    await using halo = await started();
    expect(halo.psa.switches.rateLimit).toEqual({ calls: 700, windowSeconds: 300 });
    halo.psa.set({ rateLimit: null });
    for (let call = 0; call < 5; call += 1) expect((await halo.get('/api/TicketType')).status).toBe(200);
  });
});

describe('the paths and verbs of a sandbox Halo', () => {
  it.each(['/api/softwarelicence', '/API/SoftwareLicence', '/api/SOFTWARELICENCE/', '/SoftwareLicence', '/softwarelicence'])(
    'finds %s',
    async (path) => {
      await using halo = await started();
      expect((await halo.get<{ licences: AnyRow[] }>(path)).body.licences).toHaveLength(1);
    },
  );

  it.each(['PUT', 'PATCH', 'HEAD', 'OPTIONS'])('answers 405 to %s', async (method) => {
    await using halo = await started();
    for (const path of ['/api/Client', '/api/Client/12']) expect((await halo.call(method, path)).status).toBe(405);
  });

  it('answers 405 to a POST of one record and a DELETE of all', async () => {
    await using halo = await started();
    expect((await halo.post('/api/Client/12', [{ name: 'x' }])).status).toBe(405);
    expect((await halo.call('DELETE', '/api/Client')).status).toBe(405);
  });

  it('answers 404 to paths that Halo has not, and leaves other paths of the server alone', async () => {
    await using halo = await started();
    expect((await halo.get('/api/Nothing')).status).toBe(404);
    expect((await halo.get('/api/Client/12/sites')).status).toBe(404);
    expect((await halo.get('/elsewhere')).text).toContain('Route GET:/elsewhere not found');
  });

  it('bears a GET that says it carries JSON, and any JSON media type of a POST', async () => {
    await using halo = await started();
    expect((await halo.call('GET', '/api/Client', undefined, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
    const types = ['text/json', 'application/json-patch+json', 'application/vnd.x+json', 'application/json; charset=utf-8'];
    for (const type of types) {
      expect((await halo.call('POST', '/api/SoftwareLicence', '[{"id":101}]', { 'content-type': type })).status).toBe(200);
    }
    expect((await halo.call('POST', '/api/SoftwareLicence', '[{"id":101}]', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('records calls and applies faults set for it', async () => {
    await using halo = await started();
    halo.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/SoftwareLicence', reset: true, afterHandling: true });
    await expect(halo.post('/api/SoftwareLicence', [{ name: 'Lost', client_id: 12 }])).rejects.toThrow('fetch failed');
    expect(halo.psa.licences()).toHaveLength(3);
    expect(halo.kernel.calls.all().at(-1)).toMatchObject({ vendor: 'psa', method: 'POST', path: '/api/SoftwareLicence', records: 1 });
  });
});
