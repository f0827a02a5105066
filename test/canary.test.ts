import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenStore } from '../src/auth/token-store.js';
import { readConfig } from '../src/config.js';
import { startService, type Service } from '../src/main.js';
import { createLogger } from '../src/observability/logger.js';
import { startSandbox, type Sandbox } from '../src/sandbox/index.js';
import { Browser, newToken } from './auth/browser.js';
import { until } from './faults/until.js';
import type { TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { type EchoVendor, startEchoVendor } from './support/echo-vendor.js';

/** A secret that turns up nowhere by chance. */
const canary = (): string => `Canary/${randomBytes(12).toString('hex')}+`;

const SECRETS = {
  password: canary(),
  subscriptionKey: canary(),
  clientSecret: canary(),
  iframeSecret: canary(),
  echoedPassword: canary(),
  echoedKey: canary(),
  echoedClientSecret: canary(),
  vendorToken: canary(),
  refusedPassword: canary(),
  misplaced: canary(),
  strangersToken: canary(),
};

/** What only the answer that made it may show. */
const shownOnce: Record<string, string> = {};
const logged: string[] = [];
const answers: string[] = [];

let database: TestDatabase;
let sandbox: Sandbox;
let echo: EchoVendor;
let refusing: EchoVendor;
let service: Service;
let token: string;
let psaInstanceId: string;
let tenantId: string;

/** Calls the service, and keeps what it answered. */
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const raw = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(raw === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(raw === undefined ? {} : { body: raw }),
  });
  const text = await answer.text();
  answers.push(`${method} ${path.split('?')[0]} ${answer.status} ${JSON.stringify([...answer.headers])} ${text}`);
  return (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
}

/** Calls what shows a secret once: its answer is not kept, the secret is. */
async function shows(name: string, method: string, path: string, body: unknown, field: string): Promise<Record<string, unknown>> {
  const answer = await call(method, path, body);
  answers.pop();
  shownOnce[name] = String(answer[field]);
  return answer;
}

async function imported(tenant: string): Promise<unknown> {
  const { id } = await call('POST', `/api/v1/tenants/${tenant}/imports`, { entities: ['customers', 'subscriptions'] });
  const over = await until('the end of an import', async () => {
    const row = await call('GET', `/api/v1/imports/${String(id)}`);
    return ['queued', 'running'].includes(String(row['state'])) ? false : row;
  });
  return over['state'];
}

beforeAll(async () => {
  database = await createTestDatabase();
  sandbox = await startSandbox({ customers: 5, subscriptions: 6, seed: 5, today: new Date().toISOString().slice(0, 10) });
  Object.assign(sandbox.data.marketplace.credentials, { password: SECRETS.password, subscriptionKey: SECRETS.subscriptionKey });
  Object.assign(sandbox.data.psa.credentials, { clientSecret: SECRETS.clientSecret });
  echo = await startEchoVendor(SECRETS.vendorToken, { signsIn: true });
  refusing = await startEchoVendor(SECRETS.vendorToken, { signsIn: false });
  const sealing = randomBytes(32).toString('base64');
  shownOnce['sealingKey'] = sealing;
  const config = readConfig({
    DATABASE_URL: database.url,
    ISTHMUS_SECRET_KEYS: `k1:${sealing}`,
    ISTHMUS_EGRESS_ALLOW: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'trace',
    HOME: '/nowhere',
  });
  const logger = createLogger({ level: config.logLevel, destination: { write: (line) => void logged.push(line) } });
  service = await startService(config, { logger, marketplaceCallsPerSecond: 1000 });
  token = (await new TokenStore(database.dataSource).create({ role: 'owner', psaInstanceId: null, name: 'story' })).token;
  shownOnce['token'] = token;
});
afterAll(async () => {
  await service?.close();
  await Promise.all([sandbox?.close(), echo?.close(), refusing?.close()]);
  await database?.close();
});

describe('a secret, through all that happens to it', () => {
  it('is entered, proven, used, refused, echoed and misplaced', async () => {
    const { marketplace, psa } = sandbox.credentials;
    const { password, subscriptionKey, clientSecret, iframeSecret } = SECRETS;
    const mine = { ...psa, clientSecret, iframeSecret, callsPer5Minutes: 1_000_000 };
    psaInstanceId = String(
      (await shows('webhookSecret', 'POST', '/api/v1/psa-instances', { name: 'Halo', ...mine }, 'webhookSecret'))['id'],
    );
    tenantId = String(
      (await call('POST', '/api/v1/tenants', { psaInstanceId, name: 'Good', ...marketplace, password, subscriptionKey }))['id'],
    );
    expect((await call('POST', `/api/v1/psa-instances/${psaInstanceId}/verify`))['result']).not.toBe('failed');
    expect((await call('POST', `/api/v1/tenants/${tenantId}/verify`))['result']).toBe('ok');
    expect(await imported(tenantId)).toMatch(/^succeeded/);
    await shows('newWebhookSecret', 'POST', `/api/v1/psa-instances/${psaInstanceId}/webhook-secret`, undefined, 'webhookSecret');
    await shows('viewersToken', 'POST', '/api/v1/tokens', { name: 'viewer', role: 'viewer', psaInstanceId }, 'token');

    // Refused by the vendor, in what is verified, saved and changed.
    const refused = { ...marketplace, password: SECRETS.refusedPassword, subscriptionKey };
    expect((await call('POST', '/api/v1/tenants/verify', refused))['result']).toBe('failed');
    expect((await call('POST', '/api/v1/tenants', { psaInstanceId, name: 'No', ...refused }))['status']).toBe(422);
    expect((await call('PATCH', `/api/v1/tenants/${tenantId}`, { password: SECRETS.refusedPassword }))['status']).toBe(422);

    // Vendors that send back all they were sent, in full: when signing in, and after.
    for (const vendor of [echo, refusing]) {
      const account = {
        ...marketplace,
        apiUrl: `${vendor.url}/marketplace/na`,
        password: SECRETS.echoedPassword,
        subscriptionKey: SECRETS.echoedKey,
      };
      const halo = {
        name: 'Echo',
        baseUrl: vendor.url,
        authUrl: `${vendor.url}/auth`,
        clientId: 'c',
        clientSecret: SECRETS.echoedClientSecret,
      };
      expect((await call('POST', '/api/v1/tenants/verify', account))['result']).not.toBe('ok');
      const made = await shows('echoWebhookSecret', 'POST', '/api/v1/psa-instances', halo, 'webhookSecret');
      expect((await call('POST', `/api/v1/psa-instances/${String(made['id'])}/verify`))['result']).toBe('failed');
      await call('GET', `/api/v1/psa-instances/${String(made['id'])}/clients?search=x`);
      // The marketplace is good and Halo echoes; then the other way round.
      const one = await call('POST', '/api/v1/tenants?unverified=true', {
        psaInstanceId: made['id'],
        name: 'One',
        ...marketplace,
        password,
        subscriptionKey,
      });
      const other = await call('POST', '/api/v1/tenants?unverified=true', { psaInstanceId, name: 'Other', ...account });
      if (vendor === refusing)
        expect([await imported(String(one['id'])), await imported(String(other['id']))]).toEqual(['failed', 'failed']);
    }

    // Where it does not belong, and in what cannot be stored.
    const { misplaced } = SECRETS;
    await call('POST', '/api/v1/tenants/verify', `{"password": ${misplaced}`);
    await call('POST', '/api/v1/tenants/verify', { ...marketplace, password: [misplaced], subscriptionKey: { misplaced } });
    await call('POST', '/api/v1/tenants/verify', {
      ...marketplace,
      apiUrl: `https://user:${misplaced}@api.cloud.im/`,
      password,
      subscriptionKey,
    });
    await call('GET', `/api/v1/tenants?password=${encodeURIComponent(misplaced)}`);
    await call('PATCH', `/api/v1/psa-instances/${psaInstanceId}`, { baseUrl: 'https://elsewhere.example.com' });
    await call('GET', '/api/v1/tenants', undefined, { authorization: `Bearer ${SECRETS.strangersToken}` });
    await call('GET', '/api/v1/tenants', undefined, { authorization: `Basic ${btoa(SECRETS.strangersToken)}` });
    await database.dataSource.query(`ALTER TABLE tenants ADD CONSTRAINT none CHECK (false) NOT VALID`);
    expect((await call('PATCH', `/api/v1/tenants/${tenantId}`, { password, subscriptionKey }))['status']).toBe(500);
    await database.dataSource.query(`ALTER TABLE tenants DROP CONSTRAINT none`);

    // A person signs in, and looks.
    const linkToken = await newToken(service as unknown as TestApp);
    const browser = new Browser(service as unknown as TestApp);
    await browser.press(linkToken);
    [...browser.cookies.values()].forEach((value, index) => (shownOnce[`cookie${index}`] = value));
    shownOnce['linkToken'] = linkToken;
    expect((await browser.page('GET', '/session')).statusCode).toBe(200);
  });

  it('was really logged about, down to the trace', () => {
    expect(logged.length).toBeGreaterThan(50);
    expect(logged.join('')).toContain('A request was refused');
    expect(logged.join('')).toContain('A request failed');
    expect(logged.join('')).toContain('marketplace call');
  });

  it('is in no answer: not of any route that reads, nor of metrics and documentation', async () => {
    const document = (await call('GET', '/openapi.json')) as { paths: Record<string, Record<string, unknown>> };
    const ids = { 'psa-instances': psaInstanceId, tenants: tenantId };
    const { data } = (await call('GET', '/api/v1/imports')) as { data: { id: string }[] };
    const reads = Object.keys(document.paths).filter((path) => 'get' in (document.paths[path] ?? {}));
    for (const path of reads) {
      const room = path.split('/')[3] ?? '';
      for (const id of room === 'imports' ? data.map((row) => row.id) : [(ids as Record<string, string>)[room] ?? '']) {
        await call('GET', path.replace('{id}', id));
      }
    }
    for (const path of ['/metrics', '/docs', '/docs/json', '/health/ready', '/api/v1/audit?limit=500']) await call('GET', path);
    expect(answers.length).toBeGreaterThan(40);
    expect(foundIn(answers)).toEqual([]);
  });

  it('is in no line of the log', () => {
    expect(foundIn(logged)).toEqual([]);
  });

  it('is in no table of the database, jobs and the audit trail among them', async () => {
    const tables = await database.dataSource.query<{ name: string }[]>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await database.dataSource.query<{ row: string }[]>(`SELECT t::text AS row FROM ${name} AS t`);
      rows.push(...found.map(({ row }) => `${name} ${row}`));
    }
    for (const table of ['public.tenants', 'public.audit', 'pgboss.job', 'public.sessions']) expect(rows.join('\n')).toContain(`${table} `);
    expect(foundIn(rows)).toEqual([]);
  });

  it('would be found', () => {
    for (const form of Object.values(forms(SECRETS.password)))
      expect(foundIn([`x${form}y`])).toEqual([expect.objectContaining({ name: 'password' })]);
  });
});

/** The ways a text is written down. */
function forms(secret: string): Record<string, string> {
  return {
    plain: secret,
    json: JSON.stringify(secret).slice(1, -1),
    escaped: secret.replaceAll('/', '\\/'),
    url: encodeURIComponent(secret),
    hex: Buffer.from(secret).toString('hex'),
    // Whatever stands before it, as in a Basic header: the part that does not depend on it.
    base64: Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    base64url: Buffer.from(secret).toString('base64url'),
    basic: Buffer.from(`${sandbox.credentials.marketplace.username}:${secret}`).toString('base64').replace(/=+$/, ''),
    reversed: [...secret].toReversed().join(''),
  };
}

/** Which secrets, or most of one, stand in which texts. */
function foundIn(texts: readonly string[]): object[] {
  const wanted = Object.entries({ ...SECRETS, ...shownOnce }).flatMap(([name, secret]) => [
    ...Object.entries(forms(secret)).map(([form, text]) => ({ name, form, text })),
    { name, form: 'cut', text: secret.slice(0, 12) },
  ]);
  return texts.flatMap((text) => {
    const found = wanted.find((one) => text.includes(one.text));
    return found ? [{ name: found.name, form: found.form, text: text.slice(0, 2000) }] : [];
  });
}
