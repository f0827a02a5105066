import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VERIFICATIONS } from '../../src/auth/verification-limit.js';
import { tenantRoutes } from '../../src/tenants/routes.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

let app: ConnectedApp;
/** Another process on the same database. */
let second: TestApp;
beforeAll(async () => {
  app = await connectedApp();
  second = await createTestApp(app.database, [tenantRoutes], { config: app.services.config, sealer: app.services.sealer });
});
afterAll(async () => {
  await second.close();
  await app.close();
});

describe('verifying', () => {
  it('is counted for all who act for a PSA instance, over all processes and ways to it, and bounded', async () => {
    const psaInstanceId = await app.addPsaInstance();
    const tenantId = await app.addTenant(psaInstanceId);
    const admins = [await app.token('admin', psaInstanceId), await app.token('admin', psaInstanceId)];
    const { marketplace } = app.sandbox.credentials;
    const used = async (): Promise<number> => {
      const [row] = await app.database.dataSource.query<{ hits: number }[]>('SELECT hits FROM throttles WHERE key = $1', [
        `verify ${psaInstanceId}`,
      ]);
      return row?.hits ?? 0;
    };
    const { password, subscriptionKey } = marketplace;
    const ways: [string, string, object | undefined][] = [
      ['POST', '/tenants/verify', marketplace],
      ['POST', `/tenants/${tenantId}/verify`, undefined],
      ['POST', '/tenants', { psaInstanceId, name: 'n', ...marketplace }],
      ['PATCH', `/tenants/${tenantId}`, { password, subscriptionKey }],
      ['POST', `/psa-instances/${psaInstanceId}/verify`, undefined],
    ];
    for (const [method, path, body] of ways) expect((await app.api(method, path, body, admins[0])).status).toBeLessThan(300);
    expect(await used()).toBe(ways.length);
    expect((await second.call(admins[1], 'POST', '/api/v1/tenants/verify', marketplace)).statusCode).toBe(200);
    expect(await used()).toBe(ways.length + 1);

    await app.database.dataSource.query('UPDATE throttles SET hits = $2 WHERE key = $1', [`verify ${psaInstanceId}`, VERIFICATIONS.tries]);
    const called = app.sandbox.kernel.calls.all().length;
    for (const [method, path, body] of ways) {
      const refused = await app.api(method, path, body, admins[1]);
      expect([path, refused.status, refused.body['title']]).toEqual([path, 429, 'Too many requests']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(app.sandbox.kernel.calls.all()).toHaveLength(called);
    // Saving what is not tried, and everybody else, go on.
    expect((await app.api('POST', '/tenants?unverified=true', { psaInstanceId, name: 'n', ...marketplace }, admins[0])).status).toBe(201);
    const other = await app.addPsaInstance();
    expect((await app.api('POST', '/tenants/verify', marketplace, await app.token('admin', other))).status).toBe(200);
    expect((await app.api('POST', `/tenants/${tenantId}/verify`)).status).toBe(200);
  });

  it('is for admins', async () => {
    const psaInstanceId = await app.addPsaInstance();
    const operator = await app.token('operator', psaInstanceId);
    for (const path of ['/tenants/verify', `/psa-instances/${psaInstanceId}/verify`]) {
      expect((await app.api('POST', path, app.sandbox.credentials.marketplace, operator)).status).toBe(403);
    }
  });
});
