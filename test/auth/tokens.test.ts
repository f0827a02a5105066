import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiToken, type Role } from '../../entities/index.js';
import { isAtLeast } from '../../src/auth/caller.js';
import { tokenRoutes } from '../../src/auth/routes.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storePsaInstance } from '../support/psa-instance.js';

let database: TestDatabase;
let test: TestApp;
let here: string;
let elsewhere: string;
let owner: string;
let admin: string;
beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestApp(database, [tokenRoutes]);
  here = await storePsaInstance(database.dataSource);
  elsewhere = await storePsaInstance(database.dataSource);
  owner = await test.token('owner');
  admin = await test.token('admin', here);
});
afterAll(async () => {
  await test.close();
  await database.close();
});

const rowOf = (token: string): Promise<ApiToken> =>
  database.dataSource.manager.findOneByOrFail(ApiToken, { tokenHash: createHash('sha256').update(token).digest('hex') });

describe('everything that is not public', () => {
  it.each(['/api/v1/tokens', '/api/v1/nothing', '/openapi.json', '/docs', '/docs/json', '/docs/static/index.css'])(
    '%s needs a token',
    async (url) => {
      const response = await test.call(undefined, 'GET', url);
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer realm=/);
      expect(response.json<{ detail: string }>().detail).toContain('isthmus token create');
      expect((await test.call(owner, 'GET', url)).statusCode).not.toBe(401);
    },
  );

  it('does not take a wrong header or an unknown token', async () => {
    for (const authorization of [
      'Basic abc',
      'Bearer',
      'Bearer  ',
      owner,
      `Bearer isth_${'A'.repeat(43)}`,
      `Bearer ${owner}x`,
      "Bearer ' OR 1=1",
    ]) {
      const response = await test.app.inject({ url: '/api/v1/tokens', headers: { authorization } });
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toContain('error="invalid_token"');
    }
  });

  it('is refused before its body is read', async () => {
    const response = await test.app.inject({
      method: 'POST',
      url: '/api/v1/tokens',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    expect(response.statusCode).toBe(401);
  });
});

describe('a token', () => {
  it('stops working when it is revoked or has expired', async () => {
    const revoked = await test.token('owner');
    await database.dataSource.manager.update(ApiToken, (await rowOf(revoked)).id, { revokedAt: new Date() });
    const expired = await test.token('owner');
    await database.dataSource.manager.update(ApiToken, (await rowOf(expired)).id, { expiresAt: new Date(Date.now() - 1000) });
    for (const token of [revoked, expired]) expect((await test.call(token, 'GET', '/api/v1/tokens')).statusCode).toBe(401);
  });

  it('stops working when its PSA instance is archived, which those of others and owners outlive', async () => {
    const gone = await storePsaInstance(database.dataSource);
    const token = await test.token('admin', gone);
    expect((await test.call(token, 'GET', '/api/v1/tokens')).statusCode).toBe(200);
    await database.dataSource.query(`UPDATE psa_instances SET archived_at = now() WHERE id = $1`, [gone]);
    expect((await test.call(token, 'GET', '/api/v1/tokens')).statusCode).toBe(401);
    for (const other of [admin, owner]) expect((await test.call(other, 'GET', '/api/v1/tokens')).statusCode).toBe(200);
  });

  it('has its use noted, at most once a minute', async () => {
    const token = await test.token('owner');
    const lastUse = async (): Promise<number | undefined> => (await rowOf(token)).lastUsedAt?.getTime();
    expect(await lastUse()).toBeUndefined();
    await test.call(token, 'GET', '/api/v1/tokens');
    const first = await lastUse();
    expect(first).toBeDefined();
    await test.call(token, 'GET', '/api/v1/tokens');
    expect(await lastUse()).toBe(first);
    await database.dataSource.query(`UPDATE api_tokens SET last_used_at = last_used_at - interval '61 seconds' WHERE id = $1`, [
      (await rowOf(token)).id,
    ]);
    await test.call(token, 'GET', '/api/v1/tokens');
    expect(await lastUse()).toBeGreaterThanOrEqual(first ?? 0);
  });

  it('is not in the database', async () => {
    const rows = JSON.stringify(await database.dataSource.query('SELECT * FROM api_tokens'));
    expect(rows).not.toContain(owner);
    expect(rows).not.toContain(owner.slice(5));
  });
});

describe('roles', () => {
  it('are ordered', () => {
    const order: Role[] = ['owner', 'admin', 'operator', 'viewer'];
    for (const [above, role] of order.entries()) {
      for (const [below, least] of order.entries()) expect(isAtLeast(role, least)).toBe(above <= below);
    }
  });

  it.each(['operator', 'viewer'] as const)('%s may not deal in tokens', async (role) => {
    const token = await test.token(role, here);
    for (const [method, url] of [
      ['GET', '/api/v1/tokens'],
      ['POST', '/api/v1/tokens'],
      ['DELETE', `/api/v1/tokens/${randomUUID()}`],
    ] as const) {
      const response = await test.call(token, method, url);
      expect(response.statusCode).toBe(403);
      expect(response.json<{ detail: string }>().detail).toContain('role admin');
    }
  });
});

describe('POST /tokens', () => {
  it('shows the token once, and it works within its PSA instance', async () => {
    const response = await test.call(admin, 'POST', '/api/v1/tokens', { name: 'the page', role: 'admin' });
    expect(response.statusCode).toBe(201);
    const made = response.json<{ id: string; token: string }>();
    expect(made).toMatchObject({ name: 'the page', role: 'admin', psaInstanceId: here, expiresAt: null, lastUsedAt: null });
    expect(made.token).toMatch(/^isth_[\w-]{43}$/);
    const listed = await test.call(made.token, 'GET', '/api/v1/tokens');
    expect(listed.statusCode).toBe(200);
    expect(listed.body).toContain(made.id);
    expect(listed.body).not.toContain(made.token);
  });

  it('makes no owner, and an admin makes none for another PSA instance', async () => {
    const before = await database.dataSource.manager.count(ApiToken);
    expect((await test.call(owner, 'POST', '/api/v1/tokens', { name: 'x', role: 'owner', psaInstanceId: here })).statusCode).toBe(400);
    expect((await test.call(admin, 'POST', '/api/v1/tokens', { name: 'x', role: 'viewer', psaInstanceId: elsewhere })).statusCode).toBe(
      404,
    );
    expect((await test.call(owner, 'POST', '/api/v1/tokens', { name: 'x', role: 'viewer', psaInstanceId: randomUUID() })).statusCode).toBe(
      404,
    );
    expect((await test.call(owner, 'POST', '/api/v1/tokens', { name: 'x', role: 'viewer' })).json()).toMatchObject({
      status: 400,
      errors: [{ pointer: '/psaInstanceId' }],
    });
    expect(
      (await test.call(admin, 'POST', '/api/v1/tokens', { name: 'x', role: 'viewer', expiresAt: '2001-01-01T00:00:00Z' })).statusCode,
    ).toBe(400);
    expect(await database.dataSource.manager.count(ApiToken)).toBe(before);
  });

  it('takes an end', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const response = await test.call(owner, 'POST', '/api/v1/tokens', { name: 'x', role: 'viewer', psaInstanceId: here, expiresAt });
    expect(response.json()).toMatchObject({ expiresAt, psaInstanceId: here });
  });
});

describe('GET and DELETE /tokens', () => {
  it('know only the tokens of the own PSA instance', async () => {
    const theirs = await test.token('viewer', elsewhere);
    const { id } = await rowOf(theirs);
    expect((await test.call(admin, 'GET', '/api/v1/tokens?limit=500')).body).not.toContain(id);
    expect((await test.call(admin, 'GET', `/api/v1/tokens?psaInstanceId=${elsewhere}`)).statusCode).toBe(404);
    expect((await test.call(admin, 'DELETE', `/api/v1/tokens/${id}`)).statusCode).toBe(404);
    expect((await rowOf(theirs)).revokedAt).toBeNull();
    expect((await test.call(owner, 'GET', `/api/v1/tokens?psaInstanceId=${elsewhere}`)).json()).toMatchObject({
      data: [{ id }],
      pagination: { total: 1 },
    });
  });

  it('revoke at once, and repeating it is fine', async () => {
    const token = await test.token('viewer', here);
    const { id } = await rowOf(token);
    expect((await test.call(admin, 'DELETE', `/api/v1/tokens/${id}`)).statusCode).toBe(204);
    const { revokedAt } = await rowOf(token);
    expect((await test.call(admin, 'DELETE', `/api/v1/tokens/${id}`)).statusCode).toBe(204);
    expect((await rowOf(token)).revokedAt).toEqual(revokedAt);
    expect((await test.call(token, 'GET', '/api/v1/nothing')).statusCode).toBe(401);
    expect((await test.call(admin, 'GET', '/api/v1/tokens?limit=500')).body).not.toContain(id);
  });
});
