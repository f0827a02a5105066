import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiRoutes, type ApiRoute, type Schema } from './support/api-routes.js';
import { connectedApp, type ConnectedApp } from './support/connected-app.js';
import { storeCustomer, storeSubscription } from './support/marketplace-records.js';

interface Attempt {
  method: string;
  url: string;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string;
  type?: string;
  /** What the answer must point at, or below it. */
  pointer?: string;
}
interface Problem {
  title?: string;
  detail?: string;
  errorId?: string;
  errors?: { pointer: string; message: string }[];
}

let app: ConnectedApp;
let routes: ApiRoute[];
let before: unknown;

beforeAll(async () => {
  app = await connectedApp();
  const psaInstanceId = await app.addPsaInstance();
  const tenantId = await app.addTenant(psaInstanceId);
  await storeCustomer(app.database, tenantId, 'c1');
  await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, ['A']);
  const mapping = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/mappings`, { customerId: 'c1', ignored: true });
  const started = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] });
  await app.api('POST', `/imports/${started.body.id}/cancel`);
  const link = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/links`, { subscriptionId: 's1', createAnyway: true });
  const { marketplace, psa } = app.sandbox.credentials;
  const ids = {
    'psa-instances': psaInstanceId,
    tenants: tenantId,
    mappings: mapping.body.id,
    links: link.body.id,
    imports: started.body.id,
    tokens: randomUUID(),
    sessions: randomUUID(),
  };
  routes = await apiRoutes(app, ids, {
    'POST /psa-instances': { name: 'n', ...psa },
    'POST /tenants': { psaInstanceId, name: 'n', ...marketplace },
    'POST /tenants/verify': { ...marketplace },
    'POST /tenants/{id}/mappings': { customerId: 'c1', createClient: true },
    'POST /tenants/{id}/mappings/several': { customerIds: ['c1'], createClient: true },
    'POST /tenants/{id}/mappings/take-back': { mappingIds: [randomUUID()] },
    'PATCH /mappings/{id}': { note: 'n' },
    'POST /tenants/{id}/links': { subscriptionId: 's1', createAnyway: true },
    'POST /tenants/{id}/imports': { entities: ['customers'] },
    'POST /imports/{id}/approve': { digest: 'a'.repeat(64) },
    'PUT /agents': { psaInstanceId, agentId: '3', role: 'viewer' },
    'POST /tokens': { name: 'n', role: 'viewer', psaInstanceId },
  });
  before = await everything();
});
afterAll(() => app.close());

/** All that is stored, but for when tokens were used. */
async function everything(): Promise<unknown> {
  const tables = ['psa_instances', 'tenants', 'customers', 'mappings', 'links', 'imports', 'changes', 'skips'];
  const rows = await Promise.all(tables.map((table) => app.database.dataSource.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  const tokens: unknown = await app.database.dataSource.query('SELECT id, role, name, revoked_at FROM api_tokens ORDER BY id');
  return [...rows, tokens];
}

/** Sends each of these and gives those that were not refused as they should be: with the status, as a problem, naming the fault. */
async function notRefused(attempts: Attempt[], status: number): Promise<object[]> {
  expect(attempts.length).toBeGreaterThan(0);
  const wrong: object[] = [];
  for (const attempt of attempts) {
    const { method, url, body, raw = body === undefined ? undefined : JSON.stringify(body), type = 'application/json', pointer } = attempt;
    const headers = { authorization: `Bearer ${app.owner}`, ...(raw === undefined ? {} : { 'content-type': type }) };
    const answer = await app.app.inject({
      method: method as 'POST',
      url: `/api/v1${url}`,
      headers,
      ...(raw === undefined ? {} : { payload: raw }),
    });
    const found: Problem = answer.body.startsWith('{') ? answer.json() : {};
    const isProblem =
      String(answer.headers['content-type']).startsWith('application/problem+json') && found.title && found.detail && found.errorId;
    const faults = (found.errors ?? []).map((fault) => fault.pointer);
    const pointsThere =
      pointer === undefined || (faults.length > 0 && faults.every((one) => one === pointer || one.startsWith(`${pointer}/`)));
    const tells = answer.body.includes('sandbox-password');
    if (answer.statusCode !== status || !isProblem || !pointsThere || tells)
      wrong.push({ attempt, status: answer.statusCode, answer: answer.body });
  }
  return wrong;
}

const withBody = (): ApiRoute[] => routes.filter(({ good }) => good);

/** For each type a schema may name, values of others. */
const OTHERS: Record<string, unknown[]> = {
  string: [{}, [], ['x'], 7, true],
  boolean: ['yes', 'true', 1, {}, []],
  integer: ['7', 1.5, {}, true],
  number: ['7', {}, true],
  object: ['x', 7, [], [{}], true],
  array: ['x', 7, {}, true],
};

function wrongTypes({ type, enum: values, nullable, properties }: Schema): unknown[] {
  const named = properties ? 'object' : (type ?? typeof values?.[0]);
  return [...(OTHERS[named] ?? [{}, []]), ...(nullable ? [] : [null])];
}

describe('wrong input to any route', () => {
  it('should know all routes of the API', () => {
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining([
        'GET /psa-instances',
        'POST /psa-instances',
        'PATCH /tenants/{id}',
        'POST /tenants/verify',
        'GET /tenants/{id}/customers',
        'POST /tenants/{id}/mappings/generate',
        'DELETE /mappings/{id}',
        'POST /tenants/{id}/links',
        'POST /tenants/{id}/imports',
        'POST /tenants/{id}/pause',
        'POST /tenants/{id}/integrator/run',
        'GET /imports/{id}/changes',
        'POST /imports/{id}/cancel',
        'POST /imports/{id}/approve',
        'POST /imports/{id}/discard',
      ]),
    );
    expect(routes.filter(({ url }) => url.includes('missing'))).toEqual([]);
  });

  it('should refuse a body that is not an object', async () => {
    const bodies = [null, [], [{}], 'text', 7, true];
    const attempts = withBody().flatMap(({ method, url, bodyOptional }) =>
      (bodyOptional ? bodies : [undefined, ...bodies]).map((body) => ({ method, url, body })),
    );
    expect(await notRefused(attempts, 400)).toEqual([]);
  });

  it.each([
    ['application/json', '{"name":', 400],
    ['application/json', '{"__proto__":{"x":1}}', 400],
    ['text/plain', 'name=x', 415],
    ['application/x-www-form-urlencoded', 'name=x', 415],
  ])('should refuse a body of %s that reads %s', async (type, raw, status) => {
    expect(
      await notRefused(
        withBody().map(({ method, url }) => ({ method, url, raw, type })),
        status,
      ),
    ).toEqual([]);
  });

  it('should refuse fields that are not known, and name them', async () => {
    const attempts = withBody().map(({ method, url, good }) => ({ method, url, body: { ...good, unheardOf: 1 }, pointer: '/unheardOf' }));
    expect(await notRefused(attempts, 400)).toEqual([]);
  });

  it('should refuse values of the wrong type in every field, and name it', async () => {
    const attempts = withBody().flatMap(({ method, url, fields }) =>
      fields.flatMap(({ pointer, schema, body }) => wrongTypes(schema).map((value) => ({ method, url, body: body(value), pointer }))),
    );
    expect(attempts.length).toBeGreaterThan(300);
    expect(await notRefused(attempts, 400)).toEqual([]);
  });

  it('should refuse texts that cannot be stored, are empty or are too long', async () => {
    const texts = ['a\u0000b', '\ud800', '', 'x'.repeat(5000)];
    const attempts = withBody().flatMap(({ method, url, fields }) =>
      fields
        .filter(({ schema }) => schema.type === 'string')
        .flatMap(({ pointer, body }) => texts.map((value) => ({ method, url, body: body(value), pointer }))),
    );
    expect(await notRefused(attempts, 400)).toEqual([]);
  });

  it.each(['1', 'undefined', `${randomUUID()}x`, '%00', encodeURIComponent("' OR 1=1 --"), randomUUID()])(
    'should answer 404 to the id %s, which names nothing',
    async (id) => {
      const attempts = routes
        .filter(({ path }) => path.includes('{id}'))
        .map(({ method, path, good }) => ({ method, url: path.replace('{id}', id), body: good }));
      expect(await notRefused(attempts, 404)).toEqual([]);
    },
  );

  it('should refuse query parameters that are not known', async () => {
    const attempts = routes.map(({ method, url, good }) => ({
      method,
      url: `${url}?unheardOf=1`,
      body: good,
      pointer: '/query/unheardOf',
    }));
    expect(await notRefused(attempts, 400)).toEqual([]);
  });

  it.each(['NAME=1&NAME=1', 'NAME=a%00b', 'NAME='])('should refuse every query parameter as %s', async (form) => {
    const attempts = routes.flatMap(({ method, url, good, query }) =>
      query.map((name) => ({ method, url: `${url}?${form.replaceAll('NAME', name)}`, body: good, pointer: `/query/${name}` })),
    );
    expect(await notRefused(attempts, 400)).toEqual([]);
  });

  it.each(['limit=0', 'limit=501', 'limit=abc', 'limit=1.5', 'offset=-1', 'offset=1e3'])('should refuse %s', async (parameter) => {
    const attempts = routes
      .filter(({ query }) => query.includes('limit'))
      .map(({ method, url }) => ({ method, url: `${url}?${parameter}`, pointer: `/query/${parameter.split('=')[0]}` }));
    expect(await notRefused(attempts, 400)).toEqual([]);
  });

  it.each([
    ['/tenants/{id}/customers', 'state=lost'],
    ['/tenants/{id}/customers', 'sort=lost'],
    ['/tenants/{id}/customers', 'clientId=abc'],
    ['/tenants/{id}/subscriptions', 'state=lost'],
    ['/tenants/{id}/subscriptions', 'status=lost'],
    ['/tenants/{id}/subscriptions', 'clientId=abc'],
    ['/tenants/{id}/subscriptions', 'sort=lost'],
    ['/tenants/{id}/subscriptions', 'autoRenew=perhaps'],
    ['/subscriptions', 'renewsBefore=1.5.2026'],
    ['/subscriptions/csv', 'renewsBefore=1.5.2026'],
    ['/subscriptions', 'tenantId=abc'],
    ['/imports', 'state=lost'],
    ['/imports', 'tenantId=abc'],
    ['/imports/{id}/changes', 'entity=lost'],
    ['/imports/{id}/changes', 'action=lost'],
    ['/imports/{id}/changes', 'state=lost'],
    ['/imports/{id}/skips', 'reason=lost'],
  ])('should refuse, at %s, the filter %s', async (path, filter) => {
    const url = routes.find((route) => route.path === path)?.url ?? '';
    expect(await notRefused([{ method: 'GET', url: `${url}?${filter}`, pointer: `/query/${filter.split('=')[0]}` }], 400)).toEqual([]);
  });

  it.each([
    [{ integrator: { timeZone: 'Mars/Olympus' } }, '/integrator/timeZone'],
    [{ integrator: { at: '24:00' } }, '/integrator/at'],
    [{ integrator: { at: '2:00' } }, '/integrator/at'],
    [{ country: 'gb' }, '/country'],
    [{ currency: 'Euro' }, '/currency'],
    [{ clientImport: { topLevelId: 'x' } }, '/clientImport/topLevelId'],
    [{ subscriptionImport: { prices: 'sometimes' } }, '/subscriptionImport/prices'],
    [{ subscriptionImport: { rereadWithinDays: 0 } }, '/subscriptionImport/rereadWithinDays'],
    [{ guard: { percent: 101 } }, '/guard/percent'],
    [{ guard: { floor: -1 } }, '/guard/floor'],
    [{ status: 'ok' }, '/status'],
  ])('should refuse the setting %j of a tenant', async (body, pointer) => {
    const url = routes.find(({ path }) => path === '/tenants/{id}')?.url ?? '';
    expect(await notRefused([{ method: 'PATCH', url, body, pointer }], 400)).toEqual([]);
  });

  it('should have changed nothing with all of this', async () => {
    expect(await everything()).toEqual(before);
  });
});
