import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { commandOf } from '../../src/database/embedded/processes.js';
import { readPostmaster } from '../../src/database/embedded/orphan.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { storePsaInstance } from '../support/psa-instance.js';
import { run, type Running, start } from './run.js';

const KEYS = `k1:${Buffer.alloc(32, 3).toString('base64')}`;

async function urlOf(service: Running): Promise<string> {
  const shown = await service.shows('Isthmus listens on');
  return /Isthmus listens on (http:\/\/[\w.:]+)/.exec(shown)?.[1] ?? '';
}

describe('isthmus start, without a database', () => {
  let dataDir: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'isthmus-cli-'));
    await chmod(dataDir, 0o711);
    env = { ISTHMUS_DATA_DIR: dataDir, PORT: '0' };
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('runs on its own, lets tokens be made beside it, and leaves nothing behind', async () => {
    const service = start(['start'], env);
    const url = await urlOf(service);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/tokens`)).status).toBe(401);

    const made = await run(['token', 'create', '--role', 'owner', '--name', 'first'], env);
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^isth_[\w-]{43}\n$/), err: '' });
    const headers = { authorization: `Bearer ${made.out.trim()}` };
    const tokens = (await (await fetch(`${url}/api/v1/tokens`, { headers })).json()) as { data: unknown[] };
    expect(tokens.data).toEqual([expect.objectContaining({ name: 'first', role: 'owner', psaInstanceId: null })]);

    // Printed for the first one who comes; whoever has a token needs none.
    const first = await service.shows('/auth/link?token=');
    expect(first).toContain(`${url}/auth/link?token=`);

    const second = await run(['start'], env);
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('is in use by process') });
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);

    const postmaster = await readPostmaster(join(dataDir, 'postgres'));
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
    expect((await commandOf(postmaster?.pid ?? 0)) ?? '').not.toContain(dataDir);
  });

  it('needs no TLS to its own Postgres, though the environment asks for it for other databases', async () => {
    const made = await run(['token', 'create', '--role', 'owner'], { ...env, PGSSLMODE: 'require' });
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^isth_/) });
  });

  it('keeps tokens made before its first start, and over a kill', async () => {
    const token = (await run(['token', 'create', '--role', 'owner'], env)).out.trim();
    const killed = start(['start'], env);
    await urlOf(killed);
    killed.child.kill('SIGKILL');
    await killed.ended;

    const service = start(['start'], env);
    const url = await urlOf(service);
    expect((await fetch(`${url}/api/v1/tokens`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    service.child.kill('SIGINT');
    expect((await service.ended).code).toBe(0);
  });
});

describe('isthmus with a database', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await createEmptyDatabase();
    env = { DATABASE_URL: database.url, ISTHMUS_SECRET_KEYS: KEYS, PORT: '0' };
  });
  afterAll(() => database.close());

  it('makes no token before the schema is there, and migrates when asked', async () => {
    expect(await run(['token', 'create', '--role', 'owner'], env)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('isthmus migrate'),
    });
    expect(await run(['migrate'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^Ran /) });
    expect(await run(['migrate'], env)).toMatchObject({ code: 0, out: 'The schema was up to date.\n' });
  });

  it('makes a token for a PSA instance that exists, and for no other', async () => {
    const id = await storePsaInstance(database.dataSource);
    expect(await run(['token', 'create', '--role', 'viewer', '--psa-instance', id.toUpperCase()], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^isth_/),
    });
    const [row] = await database.dataSource.query<unknown[]>('SELECT role, psa_instance_id FROM api_tokens');
    expect(row).toEqual({ role: 'viewer', psa_instance_id: id });
    const [line] = await database.dataSource.query<unknown[]>('SELECT actor_kind, action, entity, psa_instance_id FROM audit');
    expect(line).toEqual({ actor_kind: 'command_line', action: 'create', entity: 'token', psa_instance_id: id });
    const other = '0b7ff7b4-0f0c-4b4d-8a2a-111111111111';
    expect(await run(['token', 'create', '--role', 'viewer', '--psa-instance', other], env)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining(other),
    });
  });

  it('prints a link, alone, that signs an owner in once', async () => {
    const service = start(['start'], { ...env, PUBLIC_URL: 'http://localhost:1' });
    const url = await urlOf(service);
    const made = await run(['sign-in-link'], { ...env, PUBLIC_URL: 'http://localhost:1' });
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^http:\/\/localhost:1\/auth\/link\?token=[\w-]{43}\n$/), err: '' });
    const press = (): Promise<Response> =>
      fetch(`${url}/auth/link`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: 'http://localhost:1', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URL(made.out.trim()).search.slice(1),
      });
    const pressed = await press();
    expect(pressed.status).toBe(303);
    const cookie = pressed.headers.get('set-cookie')?.split(';')[0] ?? '';
    const session = await fetch(`${url}/api/v1/session`, { headers: { cookie } });
    expect(await session.json()).toMatchObject({ role: 'owner' });
    expect((await press()).status).toBe(403);
    service.child.kill('SIGTERM');
    const ended = await service.ended;
    expect(ended.code).toBe(0);
    // Tokens were made before, so nobody needed a link at the start.
    expect(`${ended.out}${ended.err}`).not.toContain('token=');
  });

  it('runs any number of processes, some of them without the API', async () => {
    const [all, worker] = [start(['start'], env), start(['start'], { ...env, ISTHMUS_ROLE: 'worker' })];
    const [allUrl, workerUrl] = [await urlOf(all), await urlOf(worker)];
    expect((await fetch(`${allUrl}/api/v1/tokens`)).status).toBe(401);
    expect((await fetch(`${workerUrl}/health/ready`)).status).toBe(200);
    const sent = async (to: string): Promise<number> => (await fetch(`${to}/webhooks/halo/${randomUUID()}`, { method: 'POST' })).status;
    expect([await sent(allUrl), await sent(workerUrl)]).toEqual([401, 404]);
    for (const service of [all, worker]) service.child.kill('SIGTERM');
    expect((await Promise.all([all.ended, worker.ended])).map(({ code }) => code)).toEqual([0, 0]);
  });

  it('says so when the port is taken, and ends', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const port = String((taken.address() as { port: number }).port);
    expect(await run(['start'], { ...env, PORT: port })).toMatchObject({
      code: 1,
      err: expect.stringContaining(`port ${port} of 127.0.0.1 is taken`),
    });
    await new Promise((resolve) => taken.close(resolve));
  });
});

describe('isthmus sandbox', () => {
  it('prints its addresses and credentials as one line and stays up until told to end', async () => {
    const sandbox = start(['sandbox', '--port', '0', '--customers', '5', '--subscriptions', '5', '--seed', '7']);
    const line = await sandbox.shows('\n');
    const { url, marketplaceUrl, psaUrl, credentials } = JSON.parse(line) as Record<string, string>;
    expect([marketplaceUrl, psaUrl].every((address) => address?.startsWith(url ?? 'none'))).toBe(true);
    expect(credentials).toBeDefined();
    expect((await fetch(`${url}/sandbox/calls`)).status).toBe(200);
    sandbox.child.kill('SIGTERM');
    expect((await sandbox.ended).code).toBe(0);
  });
});
