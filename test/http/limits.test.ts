import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sessionRoutes } from '../../src/auth/session-routes.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

let app: ConnectedApp;
let here: string;
beforeAll(async () => {
  app = await connectedApp();
  here = await app.addPsaInstance();
});
afterAll(() => app.close());

describe('a program that runs wild', () => {
  /** Fewer than usual, so that no minute passes meanwhile. */
  const perMinute = { address: 60, caller: 40 };
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp(app.database, [sessionRoutes], {}, [], perMinute);
  });
  afterAll(() => test.close());
  const from = (remoteAddress: string, token?: string, url = '/api/v1/session'): Promise<number> =>
    test.app
      .inject({ url, remoteAddress, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
      .then(({ statusCode }) => statusCode);
  const often = (times: number, call: () => Promise<number>): Promise<number[]> => Promise.all(Array.from({ length: times }, call));

  it('with a token is refused for this token alone, wherever it calls from', async () => {
    const [wild, tame] = [await test.token('viewer', here), await test.token('viewer', here)];
    let address = 0;
    const answered = await often(perMinute.caller, () => from(`198.51.100.${(address += 1)}`, wild));
    expect(new Set(answered)).toEqual(new Set([200]));
    expect(await from('198.51.100.1', wild)).toBe(429);
    expect(await from('203.0.113.1', wild)).toBe(429);
    expect(await from('198.51.100.1', tame)).toBe(200);
  });

  it('without one is refused for its address alone, and forged headers do not help; supervisors are still answered', async () => {
    expect(new Set(await often(perMinute.address, () => from('192.0.2.1')))).toEqual(new Set([401]));
    expect(await from('192.0.2.1')).toBe(429);
    const forged = await test.app.inject({
      url: '/api/v1/session',
      remoteAddress: '192.0.2.1',
      headers: { 'x-forwarded-for': '192.0.2.2' },
    });
    expect(forged.statusCode).toBe(429);
    expect(forged.headers['content-type']).toContain('application/problem+json');
    expect(await from('192.0.2.2')).toBe(401);
    expect(await from('192.0.2.1', undefined, '/health/live')).toBe(200);
  });
});

describe('what is too large', () => {
  it('is refused: a body, and headers', async () => {
    const owner = await app.token('owner');
    const body = { name: 'x'.repeat(1024 * 1024), role: 'viewer', psaInstanceId: here };
    expect((await app.api('POST', '/tokens', body, owner)).status).toBe(413);
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://127.0.0.1:8085' };
    const link = await app.app.inject({ method: 'POST', url: '/auth/link', headers: form, payload: `token=${'A'.repeat(5000)}` });
    expect(link.statusCode).toBe(413);

    const { port } = new URL(await app.app.listen({ port: 0, host: '127.0.0.1' }));
    const status = await new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/health/live', headers: { 'x-large': 'x'.repeat(20_000) } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(431);
  });
});
