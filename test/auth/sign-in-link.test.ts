import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkRoutes } from '../../src/auth/link-routes.js';
import { sessionRoutes } from '../../src/auth/session-routes.js';
import { SignInLinks } from '../../src/auth/sign-in-links.js';
import { createLogger } from '../../src/observability/logger.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Browser, newToken } from './browser.js';

const lines: string[] = [];
let database: TestDatabase;
let test: TestApp;
let https: TestApp;
beforeAll(async () => {
  database = await createTestDatabase();
  const logger = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } });
  test = await createTestApp(database, [sessionRoutes], { logger }, [linkRoutes]);
  https = await createTestApp(database, [sessionRoutes], { logger, publicUrl: 'https://isthmus.example.com' }, [linkRoutes]);
});
afterAll(async () => {
  await test.close();
  await https.close();
  await database.close();
});

const asWhom = async (browser: Browser): Promise<number> => (await browser.page('GET', '/session')).statusCode;

describe('a sign-in link', () => {
  it('shows a button, and looking at it any number of times does not use it up', async () => {
    const token = await newToken(test);
    const browser = new Browser(test);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const looked = await browser.send(method, `/auth/link?token=${token}`);
      expect(looked.statusCode).toBe(200);
      expect(looked.cookies).toEqual([]);
    }
    expect((await browser.press(token)).statusCode).toBe(303);
  });

  it('signs an owner in and sends the browser to a clean address', async () => {
    const browser = new Browser(test);
    const answer = await browser.press(await newToken(test));
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/');
    const session = (await browser.page('GET', '/session')).json<Record<string, string>>();
    expect(session).toMatchObject({ via: 'link', role: 'owner', psaInstanceId: null, agentId: null, sensitive: true });
    const minutes = (Date.parse(session['expiresAt'] ?? '') - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14);
    expect(minutes).toBeLessThanOrEqual(15.1);
    expect(Date.parse(session['endsAt'] ?? '')).toBeGreaterThan(Date.parse(session['expiresAt'] ?? ''));
  });

  it('works once', async () => {
    const token = await newToken(test);
    expect((await new Browser(test).press(token)).statusCode).toBe(303);
    const again = new Browser(test);
    const answer = await again.press(token);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('isthmus sign-in-link');
    expect(await asWhom(again)).toBe(401);
  });

  it('lets one in when it is pressed by many at once', async () => {
    const token = await newToken(test);
    const pressed = await Promise.all(Array.from({ length: 8 }, () => new Browser(test).press(token)));
    expect(pressed.map(({ statusCode }) => statusCode).sort()).toEqual([303, ...Array<number>(7).fill(403)]);
  });

  it('does not work after 15 minutes', async () => {
    const token = await newToken(test);
    const [row] = await database.dataSource.query<{ minutes: string }[]>(
      `SELECT extract(epoch FROM expires_at - now()) / 60 AS minutes FROM sign_in_links ORDER BY created_at DESC LIMIT 1`,
    );
    expect(Number(row?.minutes)).toBeGreaterThan(14.5);
    expect(Number(row?.minutes)).toBeLessThanOrEqual(15);
    await database.dataSource.query(`UPDATE sign_in_links SET expires_at = expires_at - interval '15 minutes'`);
    expect((await new Browser(test).press(token)).statusCode).toBe(403);
  });

  it.each(['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}'`, '<script>alert(1)</script>'])('is not %j', async (token) => {
    const browser = new Browser(test);
    const looked = await browser.send('GET', `/auth/link?token=${encodeURIComponent(token)}`);
    expect(looked.body).not.toContain('<script>');
    expect((await browser.press(token)).statusCode).toBe(403);
    expect(browser.cookies.size).toBe(0);
  });

  it('cannot be pressed from another page', async () => {
    const token = await newToken(test);
    for (const origin of ['https://evil.example.com', 'null', 'http://127.0.0.1:8085.evil.example.com']) {
      expect((await new Browser(test).press(token, { origin })).statusCode).toBe(403);
    }
    expect((await new Browser(test).press(token)).statusCode).toBe(303);
  });

  it('is shown by a page that runs nothing, is framed by nobody, tells nobody where it came from and is not kept', async () => {
    const { headers } = await new Browser(test).send('GET', `/auth/link?token=${await newToken(test)}`);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'referrer-policy': 'strict-origin', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('stands neither in the log nor in the database, and nor does the session', async () => {
    const token = await newToken(test);
    const browser = new Browser(test);
    await browser.send('GET', `/auth/link?token=${token}`);
    await browser.press(token);
    const rows = JSON.stringify(await database.dataSource.query('SELECT * FROM sign_in_links, sessions'));
    for (const secret of [token, ...browser.cookies.values()]) {
      expect(secret.length).toBe(43);
      expect(lines.join('\n')).not.toContain(secret);
      expect(rows).not.toContain(secret);
    }
    expect(lines.join('\n')).toContain('signed in');
  });
});

describe('the audit trail', () => {
  it('has who made a link and who came in by it', async () => {
    await new Browser(test).press(await newToken(test));
    const told = await database.dataSource.query<object[]>(
      `SELECT actor_kind, actor_name, action, entity, after, psa_instance_id FROM audit ORDER BY id DESC LIMIT 2`,
    );
    expect(told).toMatchObject([
      { actor_kind: 'person', actor_name: 'Owner', action: 'sign_in', entity: 'session', after: { via: 'link' }, psa_instance_id: null },
      { actor_kind: 'command_line', action: 'create', entity: 'sign_in_link', psa_instance_id: null },
    ]);
  });
});

describe('the cookie', () => {
  it('cannot be read by scripts and does not come with other sites', async () => {
    const { headers } = await new Browser(test).press(await newToken(test));
    expect(headers['set-cookie']).toMatch(/^isthmus=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('is bound to the host and to https where there is https', async () => {
    const { headers } = await new Browser(https).press(await newToken(https));
    expect(headers['set-cookie']).toContainEqual(
      expect.stringMatching(/^__Host-isthmus=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    );
  });

  it('is not taken under the name for plain http where there is https', async () => {
    const browser = await new Browser(https).signIn();
    const [value] = browser.cookies.values();
    expect((await browser.send('GET', '/api/v1/session')).statusCode).toBe(200);
    expect((await test.app.inject({ url: '/api/v1/session', headers: { cookie: `isthmus=${value}` } })).statusCode).toBe(200);
    expect((await https.app.inject({ url: '/api/v1/session', headers: { cookie: `isthmus=${value}` } })).statusCode).toBe(401);
  });
});

describe('the first link', () => {
  it('is made only while nobody could come in', async () => {
    const empty = await createTestDatabase();
    try {
      const links = new SignInLinks(empty.dataSource);
      const first = await links.createFirst('http://here');
      expect(first).toMatch(/^http:\/\/here\/auth\/link\?token=[\w-]{43}$/);
      expect(await links.createFirst('http://here')).toBeNull();
      await empty.dataSource.query(`UPDATE sign_in_links SET expires_at = now()`);
      expect(await links.createFirst('http://here')).not.toBeNull();
      await empty.dataSource.query(`UPDATE sign_in_links SET expires_at = now()`);
      await empty.dataSource.query(`INSERT INTO api_tokens (role, name, token_hash) VALUES ('owner', 'x', 'h')`);
      expect(await links.createFirst('http://here')).toBeNull();
    } finally {
      await empty.close();
    }
  });
});
