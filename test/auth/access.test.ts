import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import type { Role } from '../../entities/index.js';
import { SessionStore } from '../../src/auth/session-store.js';
import { apiRoutes, type ApiRoute } from '../support/api-routes.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';
import { ACCESS, type Ids, type Rule } from './access-table.js';
import { Browser } from './browser.js';

const ROLES: Role[] = ['viewer', 'operator', 'admin', 'owner'];

let app: ConnectedApp;
let here: string;
let elsewhere: string;
let ids: Ids;
/** Of things of `here`, by the first word of their path. */
let named: Record<string, string>;
let routes: (ApiRoute & { name: string; rule: Rule | undefined })[];

beforeAll(async () => {
  app = await connectedApp();
  here = await app.addPsaInstance();
  elsewhere = await app.addPsaInstance();
  const tenantId = await app.addTenant(here);
  await storeCustomer(app.database, tenantId, 'c1');
  await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, ['A']);
  const mapping = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/mappings`, { customerId: 'c1', ignored: true });
  const started = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] });
  const link = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/links`, { subscriptionId: 's1', createAnyway: true });
  const token = await app.api<{ id: string }>('POST', '/tokens', { name: 'theirs', role: 'viewer', psaInstanceId: here });
  const session = await new SessionStore(app.database.dataSource).begin({ via: 'embed', name: 'Dana', psaInstanceId: here, agentId: '3' });
  const { marketplace, psa } = app.sandbox.credentials;
  ids = { psaInstanceId: here, tenantId, marketplace, psa };
  named = {
    'psa-instances': here,
    tenants: tenantId,
    mappings: mapping.body.id,
    links: link.body.id,
    imports: started.body.id,
    tokens: token.body.id,
    sessions: session.id,
  };
  const documented = await apiRoutes(app, named, {});
  routes = documented.map((route) => {
    const name = `${route.method} ${route.path}`;
    return { ...route, name, rule: ACCESS[name] };
  });
  // Signing out goes last: nothing is allowed after it.
  routes.sort((a, b) => Number(a.name === 'DELETE /session') - Number(b.name === 'DELETE /session'));
});
afterAll(() => app.close());

type Send = (method: string, path: string, body?: object) => Promise<LightMyRequestResponse>;

const withToken =
  (token: string | undefined): Send =>
  (method, path, body) =>
    app.call(token, method, `/api/v1${path}`, body);

/** Somebody who came in from Halo, with a role granted. */
async function fromHalo(role: Role): Promise<Send> {
  const { dataSource } = app.database;
  const agentId = String(ROLES.indexOf(role) + 100);
  await dataSource.query(`INSERT INTO agents (psa_instance_id, agent_id, name, role) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, [
    here,
    agentId,
    role,
    role,
  ]);
  const { value } = await new SessionStore(dataSource).begin({ via: 'embed', name: role, psaInstanceId: here, agentId });
  const browser = new Browser(app);
  browser.cookies.set('isthmus', value);
  return (method, path, body) => browser.page(method, path, body);
}

/** The path with an id that names nothing, so that what is allowed does nothing. */
const ofNothing = (path: string): string => path.replace('{id}', randomUUID());

/** Sends each route without a body that could do anything, and says how those answered that were wrong. */
async function wrong(send: Send, expected: (rule: Rule, route: ApiRoute) => 'allowed' | number): Promise<string[]> {
  const found: string[] = [];
  for (const route of routes) {
    if (!route.rule) continue;
    const { statusCode } = await send(route.method, ofNothing(route.path), route.good === undefined ? undefined : {});
    const want = expected(route.rule, route);
    const right = want === 'allowed' ? statusCode !== 401 && statusCode !== 403 && statusCode < 500 : statusCode === want;
    if (!right) found.push(`${route.name} answered ${statusCode}, not ${want}`);
  }
  return found;
}

/** All that is stored, but for when it was last used. */
async function everything(): Promise<unknown> {
  const tables = ['psa_instances', 'tenants', 'customers', 'mappings', 'links', 'imports', 'changes', 'skips', 'agents'];
  const rows = await Promise.all(tables.map((table) => app.database.dataSource.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  const tokens: unknown = await app.database.dataSource.query('SELECT id, role, name, revoked_at FROM api_tokens ORDER BY id');
  const sessions: unknown = await app.database.dataSource.query('SELECT id, ended_at FROM sessions ORDER BY id');
  return [...rows, tokens, sessions];
}

describe('the table of who may do what', () => {
  it('has every route of the API, and no other', () => {
    expect(Object.keys(ACCESS).sort()).toEqual(routes.map(({ name }) => name).sort());
  });

  it('lets nobody do anything without a credential', async () => {
    expect(await wrong(withToken(undefined), () => 401)).toEqual([]);
    expect(await wrong(withToken(`isth_${'A'.repeat(43)}`), () => 401)).toEqual([]);
  });

  it.each(ROLES)('lets the token of a role %s do what is theirs, and nothing else', async (role) => {
    const token = await app.token(role, role === 'owner' ? undefined : here);
    const mayAtLeast = (least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);
    expect(await wrong(withToken(token), ({ least }) => (mayAtLeast(least) ? 'allowed' : 403))).toEqual([]);
  });

  it.each(['viewer', 'operator', 'admin'] as const)('lets an agent from Halo as %s do less than the role', async (role) => {
    const send = await fromHalo(role);
    const mayAtLeast = (least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);
    expect(await wrong(send, ({ least, fromHalo: rule }) => (mayAtLeast(least) && rule !== 'closed' ? 'allowed' : 403))).toEqual([]);
  });

  it('closes single fields to agents from Halo', async () => {
    const send = await fromHalo('admin');
    const closed = routes.flatMap(({ name, method, path, rule }) =>
      Array.isArray(rule?.fromHalo) ? rule.fromHalo.map((field: string) => ({ name, method, path, field })) : [],
    );
    expect(closed.length).toBeGreaterThan(10);
    for (const { method, path, field } of closed) {
      for (const value of ['x', null]) expect((await send(method, ofNothing(path), { name: 'n', [field]: value })).statusCode).toBe(403);
    }
  });
});

describe('the admin of another PSA instance', () => {
  it('finds nothing by the ids of this one, and cannot tell them from ids of nothing', async () => {
    const send = withToken(await app.token('admin', elsewhere));
    const before = await everything();
    const wrongly: string[] = [];
    for (const { name, method, path, rule } of routes.filter((route) => route.path.includes('{id}'))) {
      const body = rule?.body?.(ids);
      const theirs = await send(method, path.replace('{id}', named[path.split('/')[1] ?? ''] ?? 'missing'), body);
      const nothing = await send(method, ofNothing(path), body);
      const [said, saidOfNothing] = [theirs, nothing].map((answer) => answer.json<{ detail: string }>().detail);
      if (theirs.statusCode !== 404 || nothing.statusCode !== 404 || said !== saidOfNothing)
        wrongly.push(`${name} answered ${theirs.statusCode} (${said}) and ${nothing.statusCode} (${saidOfNothing})`);
    }
    expect(wrongly).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('makes nothing in this one', async () => {
    const send = withToken(await app.token('admin', elsewhere));
    const before = await everything();
    for (const { method, path, rule } of routes.filter((route) => !route.path.includes('{id}') && route.good)) {
      const body = rule?.body?.(ids) ?? {};
      if ('psaInstanceId' in body) expect((await send(method, path, body)).statusCode).toBe(404);
    }
    expect(await everything()).toEqual(before);
  });

  it('sees nothing of this one in any list, filtered or not', async () => {
    const send = withToken(await app.token('admin', elsewhere));
    for (const { path, query } of routes.filter((route) => route.method === 'GET' && !route.path.includes('{id}'))) {
      const filters = [['psaInstanceId', here] as const, ['tenantId', ids.tenantId] as const].filter(([name]) => query.includes(name));
      const plain = await send('GET', path);
      expect(plain.statusCode).toBe(200);
      for (const id of Object.values(named)) expect(plain.body).not.toContain(id);
      for (const [name, id] of filters) {
        const filtered = await send('GET', `${path}?${name}=${id}`);
        expect(filtered.statusCode === 404 || filtered.json<{ data: unknown[] }>().data.length === 0).toBe(true);
      }
    }
  });
});

describe('what stands outside the API', () => {
  const PUBLIC = ['/health/live', '/health/ready', '/auth/link', '/auth/embed/:id', '/assets/*'];

  it("is closed to strangers but for what lets people in, the page's own files, and what says that the service lives", async () => {
    const tree = app.app.printRoutes({ commonPrefix: false, includeHooks: false });
    // Fastify prints a wildcard that shares its beginning with no other route without that beginning.
    const urls = pathsOf(tree)
      .filter((url) => !url.startsWith('/api/v1'))
      .map((url) => (url === '*' ? '/assets/*' : url));
    expect(urls).toEqual(expect.arrayContaining(['/metrics', '/openapi.json', '/docs/', ...PUBLIC]));
    const open: string[] = [];
    for (const url of urls) {
      const { statusCode } = await app.app.inject({
        url: url.replace(':id', here).replace('*', 'static/index.css'),
        remoteAddress: '203.0.113.9',
      });
      if (statusCode !== 401) open.push(url);
    }
    expect(open.sort()).toEqual([...PUBLIC].sort());
  });
});

/** The full paths of Fastify's printed tree. */
function pathsOf(tree: string): string[] {
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const match = /^([│├└─\s]*)(\S+)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (!match?.[2]) return [];
    const depth = (match[1] ?? '').length / 4;
    above.splice(depth - 1);
    above.push(match[2]);
    return match[3]?.includes('GET') ? [above.join('')] : [];
  });
}
