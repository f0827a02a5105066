import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import type { Fault } from '../../../src/sandbox/index.js';
import { haltCall } from '../../imports/halted.js';
import { connectedApp, type ConnectedApp } from '../../support/connected-app.js';
import { Browser } from '../browser.js';

const SECRET = 'the-secret-of-the-tab';
/** An agent of the sandbox's Halo. */
const DANA = 3;
const FRAME = { 'sec-fetch-dest': 'iframe', accept: 'text/html' };

let app: ConnectedApp;
let here: string;
beforeAll(async () => {
  app = await connectedApp();
  here = await app.addPsaInstance({ iframeSecret: SECRET });
});
beforeEach(() => {
  app.sandbox.reset();
  return app.database.dataSource.query('DELETE FROM throttles');
});
afterAll(() => app.close());

/** What a browser asks for when the tab is opened at a client. */
function tab(area = '', changes: { agent?: number; secret?: string; instance?: string } = {}): string {
  const { agent = DANA, secret = SECRET, instance = here } = changes;
  const url = `https://isthmus.example.com/auth/embed/${instance}?agentId=$LOGGEDINAGENTID&hmac=$HMAC&area=$AREA`;
  const { pathname, search } = new URL(app.sandbox.psa.tabAddress(url, secret, agent, area));
  return `${pathname}${search}`;
}

const open = (address: string, browser = new Browser(app)): Promise<LightMyRequestResponse> => browser.send('GET', address, FRAME);
const who = async (browser: Browser): Promise<Record<string, unknown>> => (await browser.page('GET', '/session')).json();
const sessions = async (): Promise<number> =>
  Number((await app.database.dataSource.query<{ n: string }[]>(`SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL`))[0]?.n);
const agentFault = (fault: Partial<Fault>): unknown =>
  app.sandbox.kernel.faults.add({ vendor: 'psa', path: `/Agent/${DANA}`, times: 0, ...fault });

describe('the tab in Halo', () => {
  it('lets an agent in as a viewer of that PSA instance, and sends the browser to a clean address', async () => {
    const browser = new Browser(app);
    const answer = await open(tab('Nobody of that name'), browser);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect(await who(browser)).toMatchObject({
      via: 'embed',
      name: 'Dana Dispatcher',
      role: 'viewer',
      psaInstanceId: here,
      agentId: `${DANA}`,
      sensitive: false,
    });
  });

  it('goes to the client that it was opened at, whatever its name', async () => {
    const [one, other] = app.sandbox.psa.clients();
    for (const name of ['A & B', 'Plus+ & 100% "Cloud"', "O'Brien <Söhne>"]) {
      app.sandbox.psa.patchClient(one?.id ?? 0, { name });
      expect((await open(tab(name))).headers.location).toBe(`/clients/${one?.id}`);
    }
    app.sandbox.psa.set({ escapesHtml: true });
    expect((await open(tab("O'Brien <Söhne>"))).headers.location).toBe(`/clients/${one?.id}`);
    app.sandbox.psa.patchClient(other?.id ?? 0, { name: "O'Brien <Söhne>" });
    expect((await open(tab("O'Brien <Söhne>"))).headers.location).toBe('/');
  });

  it('opens although Halo does not list its clients', async () => {
    app.sandbox.kernel.faults.add({ vendor: 'psa', path: '/Client', times: 0, status: 403, body: '' });
    expect(await open(tab('Contoso'))).toMatchObject({ statusCode: 303, headers: { location: '/' } });
  });

  it('is a session of 15 idle minutes and two hours, that can be opened again at any time', async () => {
    const browser = new Browser(app);
    await open(tab(), browser);
    const first = browser.cookie;
    const { expiresAt, endsAt } = await who(browser);
    expect((Date.parse(String(expiresAt)) - Date.now()) / 60_000).toBeGreaterThan(14);
    expect((Date.parse(String(expiresAt)) - Date.now()) / 60_000).toBeLessThan(15.1);
    expect((Date.parse(String(endsAt)) - Date.now()) / 60_000).toBeLessThan(120.1);
    await open(tab(), browser);
    expect(browser.cookie).not.toBe(first);
    expect((await app.app.inject({ url: '/api/v1/session', headers: { cookie: first } })).statusCode).toBe(401);
    expect((await browser.page('GET', '/session')).statusCode).toBe(200);
  });

  it('leaves a line in the audit trail of that PSA instance', async () => {
    await open(tab());
    const lines = await app.api<{ data: object[] }>('GET', `/audit?psaInstanceId=${here}&action=sign_in`);
    expect(lines.body.data[0]).toMatchObject({
      actor: { kind: 'person', id: `${DANA}`, name: 'Dana Dispatcher' },
      entity: 'session',
      after: { via: 'embed', agentId: `${DANA}` },
    });
  });

  it('is noted with the agent’s name, and a new name replaces the old one', async () => {
    await open(tab());
    app.sandbox.psa.patchAgent(DANA, { name: 'Dana Newname' });
    const browser = new Browser(app);
    await open(tab(), browser);
    expect(await who(browser)).toMatchObject({ name: 'Dana Newname' });
    const agents = await app.api<{ data: unknown[] }>('GET', `/agents?psaInstanceId=${here}`);
    expect(agents.body.data).toContainEqual(
      expect.objectContaining({ agentId: `${DANA}`, name: 'Dana Newname', role: 'viewer', grantedBy: null }),
    );
  });
});

describe('nobody comes in', () => {
  let before: number;
  beforeEach(async () => {
    before = await sessions();
  });
  const expectRefused = async (address: string, status: number): Promise<LightMyRequestResponse> => {
    const browser = new Browser(app);
    const answer = await open(address, browser);
    expect(answer.statusCode).toBe(status);
    expect(browser.cookies.size).toBe(0);
    expect(await sessions()).toBe(before);
    expect(answer.headers['content-type']).toContain('text/html');
    return answer;
  };

  it('without a signature that holds, and none of the answers says what was wrong', async () => {
    const { pathname } = new URL(tab(), 'https://isthmus.example.com');
    const bare = await app.addPsaInstance();
    const answers = [
      await expectRefused(tab('', { secret: 'another' }), 403),
      await expectRefused(tab().replace(`agentId=${DANA}`, 'agentId=2'), 403),
      await expectRefused(tab().replace(`agentId=${DANA}`, `agentId=0${DANA}`), 403),
      await expectRefused(tab().replace(`agentId=${DANA}`, `agentId=${DANA}.0`), 403),
      await expectRefused(tab().replace('&hmac=', '&hmac=A'), 403),
      await expectRefused(pathname, 403),
      await expectRefused(`${pathname}?agentId=%24LOGGEDINAGENTID&hmac=%24HMAC`, 403),
      await expectRefused(tab('', { instance: randomUUID() }), 403),
      await expectRefused(tab('', { instance: 'nothing' }), 403),
      await expectRefused(tab('', { instance: bare }), 403),
    ];
    expect(new Set(answers.map(({ body }) => body.replaceAll(/nonce="[^"]+"/g, ''))).size).toBe(1);
  });

  it('with a signature of another PSA instance', async () => {
    const other = await app.addPsaInstance({ iframeSecret: 'the other one’s' });
    await expectRefused(tab('', { instance: other }), 403);
    expect((await open(tab('', { instance: other, secret: 'the other one’s' }))).statusCode).toBe(303);
  });

  it('for a PSA instance that is gone', async () => {
    const gone = await app.addPsaInstance({ iframeSecret: SECRET });
    await app.api('DELETE', `/psa-instances/${gone}`);
    await expectRefused(tab('', { instance: gone }), 403);
  });

  it('after another secret was set', async () => {
    const changing = await app.addPsaInstance({ iframeSecret: SECRET });
    await app.api('PATCH', `/psa-instances/${changing}`, { iframeSecret: 'newer' });
    await expectRefused(tab('', { instance: changing }), 403);
    expect((await open(tab('', { instance: changing, secret: 'newer' }))).statusCode).toBe(303);
  });

  it('by staying in after another secret was set, though in other PSA instances they stay', async () => {
    const changing = await app.addPsaInstance({ iframeSecret: SECRET });
    const [theirs, others] = [new Browser(app), new Browser(app)];
    await open(tab('', { instance: changing }), theirs);
    await open(tab(), others);
    expect((await app.api('PATCH', `/psa-instances/${changing}`, { name: 'Renamed' })).status).toBe(200);
    expect((await theirs.page('GET', '/session')).statusCode).toBe(200);
    expect((await app.api('PATCH', `/psa-instances/${changing}`, { iframeSecret: 'newer' })).status).toBe(200);
    expect((await theirs.page('GET', '/session')).statusCode).toBe(401);
    expect((await others.page('GET', '/session')).statusCode).toBe(200);
  });

  it('who was only being asked about when another secret was set', async () => {
    const changing = await app.addPsaInstance({ iframeSecret: SECRET });
    const halted = haltCall(app.sandbox, 'handled', ({ path }) => path.includes(`/Agent/${DANA}`));
    const opening = expectRefused(tab('', { instance: changing }), 403);
    await halted.reached;
    expect((await app.api('PATCH', `/psa-instances/${changing}`, { iframeSecret: 'newer' })).status).toBe(200);
    halted.letGo();
    await opening;
  });

  it.each(['404', 'empty-object', 'id-zero'] as const)('who is no agent of that Halo, which answers %s', async (unknownIdGet) => {
    app.sandbox.psa.set({ unknownIdGet });
    expect((await expectRefused(tab('', { agent: 999 }), 403)).body).toContain('no agent');
  });

  it('who is disabled there; and whoever was in, is out', async () => {
    await app.database.dataSource.query(`UPDATE sessions SET ended_at = now()`);
    before = 0;
    const browser = new Browser(app);
    await open(tab(), browser);
    app.sandbox.psa.patchAgent(DANA, { isdisabled: true });
    expect((await expectRefused(tab(), 403)).body).toContain('disabled');
    expect((await browser.page('GET', '/session')).statusCode).toBe(401);
  });

  it.each<[string, Partial<Fault>]>([
    ['hides its agents', { status: 403, body: '' }],
    ['refuses our token', { status: 401, body: '' }],
    ['is out of order', { status: 500, body: '<html></html>', contentType: 'text/html' }],
    ['answers with a page', { status: 200, body: '<html></html>', contentType: 'text/html' }],
    ['answers with a list', { status: 200, body: [] }],
    ['breaks the connection', { reset: true }],
  ])('while Halo %s', async (_what, fault) => {
    agentFault(fault);
    await expectRefused(tab(), 502);
  });

  it('where Halo does not say whether the agent is disabled', async () => {
    app.sandbox.psa.set({ agentSaysDisabled: false });
    await expectRefused(tab(), 502);
  });

  it('where Halo answers with another agent than the one asked for', async () => {
    agentFault({ body: { id: 2, name: 'Somebody else', isdisabled: false } });
    await expectRefused(tab(), 403);
  });
});

describe('a session from Halo', () => {
  it('rises and falls with what is granted, from the next call on', async () => {
    const browser = new Browser(app);
    await open(tab(), browser);
    const tenantId = await app.addTenant(here);
    const pause = async (): Promise<number> => (await browser.page('POST', `/tenants/${tenantId}/pause`, {})).statusCode;
    expect(await pause()).toBe(403);
    await app.api('PUT', '/agents', { psaInstanceId: here, agentId: `${DANA}`, role: 'operator' });
    expect(await who(browser)).toMatchObject({ role: 'operator' });
    expect(await pause()).toBe(200);
    await app.api('PUT', '/agents', { psaInstanceId: here, agentId: `${DANA}`, role: 'viewer' });
    expect(await pause()).toBe(403);
  });

  it('keeps a grant over sessions, but in that PSA instance alone', async () => {
    const other = await app.addPsaInstance({ iframeSecret: SECRET });
    await app.api('PUT', '/agents', { psaInstanceId: here, agentId: `${DANA}`, role: 'admin' });
    const [mine, theirs] = [new Browser(app), new Browser(app)];
    await open(tab(), mine);
    await open(tab('', { instance: other }), theirs);
    expect(await who(mine)).toMatchObject({ role: 'admin', psaInstanceId: here, sensitive: false });
    expect(await who(theirs)).toMatchObject({ role: 'viewer', psaInstanceId: other });
    await app.api('PUT', '/agents', { psaInstanceId: here, agentId: `${DANA}`, role: 'viewer' });
  });

  it('may change settings as an admin, but never what lets anybody in anywhere', async () => {
    await app.api('PUT', '/agents', { psaInstanceId: here, agentId: `${DANA}`, role: 'admin' });
    const browser = new Browser(app);
    await open(tab(), browser);
    const tenantId = await app.addTenant(here);
    expect((await browser.page('PATCH', `/tenants/${tenantId}`, { name: 'Renamed', guard: { floor: 7 } })).statusCode).toBe(200);
    expect((await browser.page('PATCH', `/psa-instances/${here}`, { callsPer5Minutes: 1000 })).statusCode).toBe(200);
    const { marketplace, psa } = app.sandbox.credentials;
    for (const body of [...Object.entries(marketplace), ['applicationId', 'x'], ['accountId', '1']].map(([name, value]) => ({
      [String(name)]: value,
    }))) {
      expect((await browser.page('PATCH', `/tenants/${tenantId}`, { guard: { floor: 8 }, ...body })).statusCode).toBe(403);
    }
    for (const [name, value] of [...Object.entries(psa), ['iframeSecret', 'mine'], ['iframeSecret', null]]) {
      expect((await browser.page('PATCH', `/psa-instances/${here}`, { [String(name)]: value })).statusCode).toBe(403);
    }
    expect((await app.api<{ guard: { floor: number } }>('GET', `/tenants/${tenantId}`)).body.guard.floor).toBe(7);
    await app.api('PUT', '/agents', { psaInstanceId: here, agentId: `${DANA}`, role: 'viewer' });
  });
});
