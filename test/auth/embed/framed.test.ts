import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import { connectedApp, type ConnectedApp } from '../../support/connected-app.js';
import { Browser } from '../browser.js';

const SECRET = 'the-secret-of-the-tab';

let app: ConnectedApp;
let here: string;
/** The sandbox's Halo, whose pages show the tab. */
let halo: string;
beforeAll(async () => {
  app = await connectedApp();
  app.services.publicUrl = 'https://isthmus.example.com';
  here = await app.addPsaInstance({ iframeSecret: SECRET });
  halo = new URL(app.sandbox.psaUrl).origin;
});
afterAll(() => app.close());

async function opened(browser: Browser, destination: string | undefined, secret = SECRET): Promise<LightMyRequestResponse> {
  const url = `https://isthmus.example.com/auth/embed/${here}?agentId=$LOGGEDINAGENTID&hmac=$HMAC`;
  const { pathname, search } = new URL(app.sandbox.psa.tabAddress(url, secret, 3, ''));
  return browser.send('GET', `${pathname}${search}`, destination === undefined ? {} : { 'sec-fetch-dest': destination });
}

const policyOf = (answer: LightMyRequestResponse): string => String(answer.headers['content-security-policy']);
const set = (answer: LightMyRequestResponse): string[] =>
  [answer.headers['set-cookie'] ?? []].flat().filter((cookie) => !cookie.includes('Max-Age=0'));

describe('the cookie of a session from Halo', () => {
  it.each(['iframe', undefined])('goes along within another site’s page, kept apart for it (%s)', async (destination) => {
    expect(set(await opened(new Browser(app), destination))).toEqual([
      expect.stringMatching(/^__Host-isthmus-tab=[\w-]{43}; Path=\/; HttpOnly; Secure; Partitioned; SameSite=None$/),
    ]);
  });

  it('stays with our own pages when a button opened one of them', async () => {
    expect(set(await opened(new Browser(app), 'document'))).toEqual([
      expect.stringMatching(/^__Host-isthmus=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
  });

  it('replaces an owner’s, and is replaced by it: a browser is never both', async () => {
    const browser = await new Browser(app).signIn();
    const owner = browser.cookie;
    await opened(browser, 'iframe');
    expect([...browser.cookies.keys()]).toEqual(['__Host-isthmus-tab']);
    expect((await browser.page('GET', '/session')).json()).toMatchObject({ via: 'embed', role: 'viewer' });
    expect((await app.app.inject({ url: '/api/v1/session', headers: { cookie: owner } })).statusCode).toBe(401);
    await browser.signIn();
    expect([...browser.cookies.keys()]).toEqual(['__Host-isthmus']);
    expect((await browser.page('GET', '/session')).json()).toMatchObject({ via: 'link', role: 'owner' });
  });

  it('counts for less where both are sent all the same', async () => {
    const [owner, agent] = [await new Browser(app).signIn(), new Browser(app)];
    await opened(agent, 'iframe');
    const both = new Browser(app);
    for (const [name, value] of [...owner.cookies, ...agent.cookies]) both.cookies.set(name, value);
    expect((await both.page('GET', '/session')).json()).toMatchObject({ via: 'embed', role: 'viewer' });
  });

  it('does not save a changing call the header and the origin', async () => {
    const browser = new Browser(app);
    await opened(browser, 'iframe');
    expect((await browser.send('DELETE', '/api/v1/session', { origin: halo, 'x-isthmus-page': '1' })).statusCode).toBe(403);
    expect((await browser.send('DELETE', '/api/v1/session', { origin: browser.origin })).statusCode).toBe(403);
    expect((await browser.page('DELETE', '/session')).statusCode).toBe(204);
    expect(browser.cookies.size).toBe(0);
  });
});

describe('a page of ours', () => {
  it('may be shown within the Halo that the session came from, and nowhere else', async () => {
    const browser = new Browser(app);
    await opened(browser, 'iframe');
    const page = await browser.send('GET', '/docs');
    expect(policyOf(page)).toMatch(new RegExp(`frame-ancestors ${halo}(;|$)`));
    expect(page.headers['x-frame-options']).toBeUndefined();
  });

  it('is shown within nobody’s page to an owner, a token or a stranger', async () => {
    const owner = await new Browser(app).signIn();
    const answers = [
      await owner.send('GET', '/docs'),
      await app.call(app.owner, 'GET', '/docs'),
      await new Browser(app).send('GET', '/docs'),
      await new Browser(app).send('GET', '/auth/link?token=x'),
    ];
    for (const answer of answers) {
      expect(policyOf(answer)).toMatch(/frame-ancestors 'none'(;|$)/);
      expect(answer.headers['x-frame-options']).toBe('DENY');
    }
  });

  it('stops being shown there when the session is over', async () => {
    const browser = new Browser(app);
    await opened(browser, 'iframe');
    await app.database.dataSource.query(`UPDATE sessions SET ended_at = now()`);
    expect(policyOf(await browser.send('GET', '/docs'))).toContain("frame-ancestors 'none'");
  });

  it('that says why nobody was let in can be read within that Halo, and runs nothing', async () => {
    const refused = await opened(new Browser(app), 'iframe', 'wrong');
    expect(refused.statusCode).toBe(403);
    expect(policyOf(refused)).toContain(`frame-ancestors ${halo}`);
    expect(policyOf(refused)).toContain("default-src 'none'");
    expect(refused.headers['x-frame-options']).toBeUndefined();
    const foreign = await new Browser(app).send('GET', '/auth/embed/nothing?agentId=3&hmac=x');
    expect(policyOf(foreign)).toContain("frame-ancestors 'none'");
  });
});
