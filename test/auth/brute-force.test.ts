import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.js';
import { linkRoutes } from '../../src/auth/link-routes.js';
import { FAILURES_OF_ACCOUNT, FAILURES_OF_ADDRESS, SIGN_INS_OF_ACCOUNT } from '../../src/auth/sign-in-throttle.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { Browser, newToken } from './browser.js';

const SECRET = 'the-secret-of-the-tab';
const WRONG = 'A'.repeat(43);

let app: ConnectedApp;
let here: string;
/** Another process on the same database. */
let other: TestApp;
beforeAll(async () => {
  app = await connectedApp();
  here = await app.addPsaInstance({ iframeSecret: SECRET });
  other = await createTestApp(app.database, [], {}, [linkRoutes]);
});
beforeEach(() => app.database.dataSource.query('DELETE FROM throttles'));
afterAll(async () => {
  await other.close();
  await app.close();
});

function tab(agent = 3, secret = SECRET): string {
  const url = `https://isthmus.example.com/auth/embed/${here}?agentId=$LOGGEDINAGENTID&hmac=$HMAC`;
  const { pathname, search } = new URL(app.sandbox.psa.tabAddress(url, secret, agent, ''));
  return `${pathname}${search}`;
}

const opened = async (address: string, browser = new Browser(app)): Promise<number> => (await browser.send('GET', address)).statusCode;
const pressed = async (token: string, browser: Browser, headers: Record<string, string> = {}): Promise<number> =>
  (await browser.press(token, headers)).statusCode;

describe('guessing', () => {
  it('of links is stopped for the address, in every process, even for a right one, and not for others', async () => {
    const [here_, there] = [new Browser(app, '192.0.2.1'), new Browser(other, '192.0.2.1')];
    for (let tried = 0; tried < FAILURES_OF_ADDRESS.tries; tried += 1) {
      expect(await pressed(WRONG, tried % 2 ? here_ : there)).toBe(403);
    }
    const token = await newToken(app);
    for (const browser of [here_, there]) {
      const answer = await browser.press(token);
      expect(answer.statusCode).toBe(429);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(FAILURES_OF_ADDRESS.minutes * 60);
    }
    expect(await pressed(token, new Browser(app, '192.0.2.2'))).toBe(303);
  });

  it('may go on when its time is over', async () => {
    const browser = new Browser(app, '192.0.2.1');
    for (let tried = 0; tried <= FAILURES_OF_ADDRESS.tries; tried += 1) await pressed(WRONG, browser);
    expect(await pressed(WRONG, browser)).toBe(429);
    await app.database.dataSource.query(`UPDATE throttles SET ends_at = now()`);
    expect(await pressed(WRONG, browser)).toBe(403);
  });

  it('many at once gain nothing by it', async () => {
    const browser = new Browser(app, '192.0.2.1');
    const answers = await Promise.all(Array.from({ length: 60 }, () => pressed(WRONG, browser)));
    expect(answers.filter((status) => status === 403)).toHaveLength(FAILURES_OF_ADDRESS.tries);
    expect(answers.filter((status) => status === 429)).toHaveLength(60 - FAILURES_OF_ADDRESS.tries);
  });

  it('is not helped by made-up forwarding headers', async () => {
    const browser = new Browser(app, '192.0.2.1');
    const forged = (n: number): Record<string, string> => ({
      'x-forwarded-for': `203.0.113.${n}`,
      'x-real-ip': `203.0.113.${n}`,
      forwarded: `for=203.0.113.${n}`,
      'cf-connecting-ip': `203.0.113.${n}`,
    });
    for (let tried = 0; tried < FAILURES_OF_ADDRESS.tries; tried += 1) expect(await pressed(WRONG, browser, forged(tried))).toBe(403);
    expect(await pressed(WRONG, browser, forged(200))).toBe(429);
  });

  it('from one network of IPv6 is one', async () => {
    for (let tried = 0; tried < FAILURES_OF_ADDRESS.tries; tried += 1) {
      expect(await pressed(WRONG, new Browser(app, `2001:db8:1:1::${(tried + 1).toString(16)}`))).toBe(403);
    }
    expect(await pressed(WRONG, new Browser(app, '2001:db8:1:1:ffff::1'))).toBe(429);
    expect(await pressed(WRONG, new Browser(app, '2001:db8:1:2::1'))).toBe(403);
  });

  it('of an agent’s signature is stopped for the address', async () => {
    const browser = new Browser(app, '192.0.2.1');
    for (let tried = 0; tried < FAILURES_OF_ADDRESS.tries; tried += 1) expect(await opened(tab(3, `guess ${tried}`), browser)).toBe(403);
    expect(await opened(tab(), browser)).toBe(429);
    expect(await opened(tab())).toBe(303);
  });

  it('from many addresses is stopped for that agent, and not for another', async () => {
    for (let tried = 0; tried < FAILURES_OF_ACCOUNT.tries; tried += 1) {
      expect(await opened(tab(3, 'guess'), new Browser(app, `192.0.2.${tried}`))).toBe(403);
    }
    expect(await opened(tab(3))).toBe(429);
    expect(await opened(tab(2))).toBe(303);
  });

  it('leaves no room for strangers to fill the database', async () => {
    for (const agent of ['x', '0', '-1', '1e5', '99999999999', 'A'.repeat(1000)]) {
      await opened(`/auth/embed/${here}?agentId=${agent}&hmac=${WRONG}`, new Browser(app, '192.0.2.1'));
    }
    const rows = await app.database.dataSource.query<{ key: string }[]>('SELECT key FROM throttles');
    expect(rows).toHaveLength(1);
  });
});

describe('signing in', () => {
  it('well and often does not count as guessing', async () => {
    const browser = new Browser(app, '192.0.2.1');
    for (let times = 0; times < SIGN_INS_OF_ACCOUNT.tries; times += 1) expect(await opened(tab(3), browser)).toBe(303);
    const rows = await app.database.dataSource.query<{ hits: number }[]>(`SELECT hits FROM throttles WHERE key LIKE 'sign-in %'`);
    expect(rows.every(({ hits }) => hits === 0)).toBe(true);
    // Each asks Halo something, so that there is an end to it.
    expect(await opened(tab(3), browser)).toBe(429);
    expect(await opened(tab(2), browser)).toBe(303);
  });
});

describe('behind a proxy that is named', () => {
  it('the address is the one the proxy tells', async () => {
    const services = { ...app.services, config: { ...app.services.config, trustProxy: ['192.0.2.50'] } };
    const proxied = await createTestApp(app.database, [], services, [linkRoutes]);
    try {
      const [proxy, stranger] = [new Browser(proxied, '192.0.2.50'), new Browser(proxied, '192.0.2.51')];
      for (let tried = 0; tried < FAILURES_OF_ADDRESS.tries; tried += 1) await pressed(WRONG, proxy, { 'x-forwarded-for': '203.0.113.1' });
      expect(await pressed(WRONG, proxy, { 'x-forwarded-for': '203.0.113.1' })).toBe(429);
      expect(await pressed(WRONG, proxy, { 'x-forwarded-for': '203.0.113.2' })).toBe(403);
      // What the visitor himself put in front counts for nothing.
      expect(await pressed(WRONG, proxy, { 'x-forwarded-for': '203.0.113.77, 203.0.113.1' })).toBe(429);
      expect(await pressed(WRONG, stranger, { 'x-forwarded-for': '203.0.113.1' })).toBe(403);
    } finally {
      await proxied.close();
    }
  });
});
