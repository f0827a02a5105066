import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { linkRoutes } from '../../src/auth/link-routes.js';
import { tokenRoutes } from '../../src/auth/routes.js';
import { sessionRoutes } from '../../src/auth/session-routes.js';
import { SessionStore } from '../../src/auth/session-store.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storePsaInstance } from '../support/psa-instance.js';
import { Browser, newToken } from './browser.js';

let database: TestDatabase;
let test: TestApp;
let here: string;
let browser: Browser;
beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestApp(database, [sessionRoutes, tokenRoutes], {}, [linkRoutes]);
  here = await storePsaInstance(database.dataSource);
});
beforeEach(async () => {
  browser = await new Browser(test).signIn();
});
afterAll(async () => {
  await test.close();
  await database.close();
});

const status = async (with_: Browser = browser): Promise<number> => (await with_.page('GET', '/session')).statusCode;
const sql = (text: string): Promise<unknown> => database.dataSource.query(text);

describe('a session', () => {
  it('opens what a token opens', async () => {
    for (const url of ['/api/v1/tokens', '/openapi.json', '/docs', '/metrics']) {
      expect((await browser.send('GET', url)).statusCode).toBeLessThan(400);
      expect((await new Browser(test).send('GET', url)).statusCode).toBe(401);
    }
  });

  it('ends after 15 minutes without use', async () => {
    await sql(`UPDATE sessions SET seen_at = now() - interval '14 minutes 50 seconds'`);
    expect(await status()).toBe(200);
    await sql(`UPDATE sessions SET seen_at = now() - interval '15 minutes'`);
    expect(await status()).toBe(401);
  });

  it('goes on while it is used', async () => {
    await sql(`UPDATE sessions SET seen_at = now() - interval '14 minutes'`);
    await status();
    await sql(`UPDATE sessions SET seen_at = seen_at - interval '14 minutes'`);
    expect(await status()).toBe(200);
  });

  it('ends by its age, however much it is used', async () => {
    await sql(`UPDATE sessions SET ends_at = now() + interval '1 minute', seen_at = now()`);
    const { expiresAt, endsAt } = (await browser.page('GET', '/session')).json<{ expiresAt: string; endsAt: string }>();
    expect(expiresAt).toBe(endsAt);
    await sql(`UPDATE sessions SET ends_at = now()`);
    expect(await status()).toBe(401);
  });

  it('is over after signing out, for a copy of its cookie too', async () => {
    const copy = new Browser(test);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    expect(await status(copy)).toBe(200);
    expect((await browser.page('DELETE', '/session')).statusCode).toBe(204);
    expect(browser.cookies.size).toBe(0);
    expect(await status(copy)).toBe(401);
    expect((await copy.send('GET', '/openapi.json')).statusCode).toBe(401);
  });

  it('is replaced, not taken over, when one signs in: what the browser brought is worthless then', async () => {
    const planted = [...browser.cookies.values()][0];
    const victim = new Browser(test);
    victim.cookies.set('isthmus', planted ?? '');
    await victim.signIn();
    expect([...victim.cookies.values()]).not.toContain(planted);
    expect(await status(victim)).toBe(200);
    expect(await status(browser)).toBe(401);
  });

  it('is never begun with a value of the visitor’s choice', async () => {
    const chosen = 'A'.repeat(43);
    const visitor = new Browser(test);
    visitor.cookies.set('isthmus', chosen);
    expect(await status(visitor)).toBe(401);
    await visitor.signIn();
    expect([...visitor.cookies.values()]).not.toContain(chosen);
  });

  it.each(['', 'x', "' OR 1=1 --", 'A'.repeat(43), 'A'.repeat(5000), '%00', '__proto__'])('is not %j', async (value) => {
    const answer = await test.app.inject({ url: '/api/v1/session', headers: { cookie: `isthmus=${value}` } });
    expect(answer.statusCode).toBe(401);
  });

  it('ends with its PSA instance', async () => {
    const gone = await storePsaInstance(database.dataSource);
    const { value } = await new SessionStore(database.dataSource).begin({ via: 'embed', name: 'Dana', psaInstanceId: gone, agentId: '3' });
    const agent = new Browser(test);
    agent.cookies.set('isthmus', value);
    expect(await status(agent)).toBe(200);
    await sql(`UPDATE psa_instances SET archived_at = now() WHERE id = '${gone}'`);
    expect(await status(agent)).toBe(401);
  });

  it('gives way to a token that is sent beside it', async () => {
    const viewer = await test.token('viewer', here);
    const answer = await browser.send('GET', '/api/v1/session', { authorization: `Bearer ${viewer}` });
    expect(answer.json()).toMatchObject({ via: 'token', role: 'viewer', psaInstanceId: here, sensitive: true, expiresAt: null });
    expect((await browser.send('GET', '/api/v1/session', { authorization: 'Bearer wrong' })).statusCode).toBe(401);
  });
});

describe('a call that changes something, made with the cookie', () => {
  const body = (): object => ({ name: 'x', role: 'viewer', psaInstanceId: here });
  const made = async (headers: Record<string, string>): Promise<number> =>
    (await browser.send('POST', '/api/v1/tokens', headers, body())).statusCode;
  const tokens = async (): Promise<number> =>
    Number((await database.dataSource.query<{ n: string }[]>('SELECT count(*) AS n FROM api_tokens'))[0]?.n);

  it('is done for our own page', async () => {
    expect(await made({ origin: browser.origin, 'x-isthmus-page': '1' })).toBe(201);
  });

  it.each<[string, Record<string, string>]>([
    ['without the page’s header', { origin: 'http://127.0.0.1:8085' }],
    ['with another value of it', { origin: 'http://127.0.0.1:8085', 'x-isthmus-page': '0' }],
    ['without an origin', { 'x-isthmus-page': '1' }],
    ['from another site', { origin: 'https://evil.example.com', 'x-isthmus-page': '1' }],
    ['from an origin that begins like ours', { origin: 'http://127.0.0.1:80851', 'x-isthmus-page': '1' }],
    ['from our host by another scheme', { origin: 'https://127.0.0.1:8085', 'x-isthmus-page': '1' }],
    ['from nowhere', { origin: 'null', 'x-isthmus-page': '1' }],
    [
      'from a site that names itself as our host',
      { origin: 'https://evil.example.com', host: 'evil.example.com', 'x-forwarded-host': 'evil.example.com', 'x-isthmus-page': '1' },
    ],
  ])('is refused %s', async (_what, headers) => {
    const before = await tokens();
    expect(await made(headers)).toBe(403);
    expect(await tokens()).toBe(before);
  });

  it('is refused for every method that changes, whatever the route', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await browser.send(method, `/api/v1/tokens/${randomUUID()}`, { origin: browser.origin })).statusCode).toBe(403);
    }
    expect((await browser.send('DELETE', '/api/v1/session')).statusCode).toBe(403);
    expect(await status()).toBe(200);
  });

  it('asks a token for none of this', async () => {
    const owner = await test.token('owner');
    expect((await test.call(owner, 'POST', '/api/v1/tokens', body())).statusCode).toBe(201);
  });
});

describe('GET and DELETE /sessions', () => {
  const store = (): SessionStore => new SessionStore(database.dataSource);
  const agentHere = async (): Promise<Browser> => {
    const { value } = await store().begin({ via: 'embed', name: 'Dana', psaInstanceId: here, agentId: '3' });
    const agent = new Browser(test);
    agent.cookies.set('isthmus', value);
    return agent;
  };

  it('show an administrator who is signed in at their PSA instance, and let them end it', async () => {
    const agent = await agentHere();
    const admin = await test.token('admin', here);
    const listed = await test.call(admin, 'GET', '/api/v1/sessions');
    const { data } = listed.json<{ data: { id: string; via: string }[] }>();
    expect(data[0]).toMatchObject({ via: 'embed', name: 'Dana', agentId: '3', role: 'viewer', psaInstanceId: here, sensitive: false });
    expect(listed.body).not.toContain(agent.cookies.get('isthmus'));
    expect(data.map(({ via }) => via)).not.toContain('link');

    expect((await test.call(admin, 'DELETE', `/api/v1/sessions/${data[0]?.id}`)).statusCode).toBe(204);
    expect(await status(agent)).toBe(401);
    expect((await test.call(admin, 'DELETE', `/api/v1/sessions/${data[0]?.id}`)).statusCode).toBe(204);
  });

  it('do not reach beyond the own PSA instance', async () => {
    const elsewhere = await storePsaInstance(database.dataSource);
    const foreign = await test.token('admin', elsewhere);
    const agent = await agentHere();
    const [row] = await database.dataSource.query<{ id: string }[]>(
      `SELECT id FROM sessions WHERE agent_id = '3' ORDER BY started_at DESC LIMIT 1`,
    );
    expect((await test.call(foreign, 'GET', '/api/v1/sessions')).json()).toMatchObject({ data: [], pagination: { total: 0 } });
    expect((await test.call(foreign, 'GET', `/api/v1/sessions?psaInstanceId=${here}`)).statusCode).toBe(404);
    expect((await test.call(foreign, 'DELETE', `/api/v1/sessions/${row?.id}`)).statusCode).toBe(404);
    expect(await status(agent)).toBe(200);
  });

  it('leave out what is over', async () => {
    await sql(`UPDATE sessions SET ended_at = now()`);
    await agentHere();
    const owner = await test.token('owner');
    expect((await test.call(owner, 'GET', '/api/v1/sessions')).json()).toMatchObject({ pagination: { total: 1 } });
    await sql(`UPDATE sessions SET seen_at = now() - interval '15 minutes'`);
    expect((await test.call(owner, 'GET', '/api/v1/sessions')).json()).toMatchObject({ data: [], pagination: { total: 0 } });
  });

  it('know no session of a token', async () => {
    const token = await test.token('viewer', here);
    expect((await test.call(token, 'DELETE', '/api/v1/session')).statusCode).toBe(409);
    expect((await test.call(token, 'GET', '/api/v1/session')).statusCode).toBe(200);
  });
});

it('a link can be pressed again by a browser whose session is over', async () => {
  await sql(`UPDATE sessions SET ended_at = now()`);
  expect((await browser.press(await newToken(test))).statusCode).toBe(303);
  expect(await status()).toBe(200);
});
