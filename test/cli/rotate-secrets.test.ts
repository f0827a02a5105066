import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sealedValues } from '../../src/database/sealed-values.js';
import { keyIdOf } from '../../src/database/sealing.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { Installation } from '../faults/installation.js';
import { Service } from '../faults/service.js';
import { run, start } from './run.js';

const key = (kid: string): string => `${kid}:${randomBytes(32).toString('base64')}`;
const GOOD = ['succeeded', 'succeeded_with_skips'];

describe('isthmus secrets rotate, beside a service that imports', () => {
  const [k1, k2] = [key('k1'), key('k2')];
  let sandbox: Sandbox;
  let on: Installation;
  let folder: string;
  let file: string;
  let service: Service;
  const env = (): Record<string, string> => ({ DATABASE_URL: on.env['DATABASE_URL'] ?? '', ISTHMUS_SECRET_KEYS_FILE: file });
  const kids = async (): Promise<unknown[]> =>
    [...new Set((await sealedValues(on.dataSource)).map(({ sealed }) => keyIdOf(sealed)))].toSorted();
  const launch = (): Promise<Service> => Service.start({ ...env(), ISTHMUS_ROLE: 'all' });
  const imported = async (): Promise<string> => (await on.over(await on.startImport(service))).state;

  beforeAll(async () => {
    sandbox = await startSandbox({ customers: 6, subscriptions: 8, seed: 5, today: new Date().toISOString().slice(0, 10) });
    on = await Installation.on(sandbox);
    folder = await mkdtemp(join(tmpdir(), 'isthmus-keys-'));
    file = join(folder, 'keys');
    await writeFile(file, k1);
    service = await launch();
    await on.connect(service);
  });
  afterAll(async () => {
    await service.kill();
    await on.close();
    await sandbox.close();
    await rm(folder, { recursive: true });
  });

  it('seals everything with the new key while imports go on, also what is entered meanwhile', async () => {
    expect(await kids()).toEqual(['k1']);
    await on.addTenant(service, { name: 'Archived' });
    let rotating = true;
    const states: string[] = [];
    const importing = (async () => {
      do states.push(await imported());
      while (rotating || states.length < 2);
    })();
    await writeFile(file, `${k2},${k1}`);
    const [rotated] = await Promise.all([
      run(['secrets', 'rotate'], env()),
      on.api(service, 'PATCH', `/psa-instances/${on.psaInstanceId}`, { iframeSecret: 'entered meanwhile' }),
    ]);
    rotating = false;
    expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(/sealed anew with the key "k2".*\n.*"k1" any more.*keys/) });
    await importing;
    expect(states.every((state) => GOOD.includes(state))).toBe(true);
    expect(await kids()).toEqual(['k2']);
    const [line] = await on.dataSource.query<unknown[]>(`SELECT actor_kind, action, entity, entity_id FROM audit WHERE entity = 'secrets'`);
    expect(line).toEqual({ actor_kind: 'command_line', action: 'reseal', entity: 'secrets', entity_id: 'k2' });
  });

  it('leaves nothing to do for a second run, and the old key can go: from what runs, and from what starts', async () => {
    expect(await run(['secrets', 'rotate'], env())).toMatchObject({ code: 0, out: expect.stringContaining('0 secrets sealed anew') });
    await writeFile(file, k2);
    expect(GOOD).toContain(await imported());
    service.signal('SIGTERM');
    await service.ended;
    service = await launch();
    expect(GOOD).toContain(await imported());
  });

  it('is needed again by a start with other keys: that stops with a sentence', async () => {
    await writeFile(file, k1);
    const ended = await run(['start'], { ...env(), PORT: '0' });
    expect(ended).toMatchObject({
      code: 78,
      err: expect.stringMatching(/lacks the key "k2", which \d secrets are sealed with: add it again/),
    });
  });
});

describe('isthmus secrets rotate, with the keys of the data directory', () => {
  it('makes the new key itself, and the service that runs uses it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'isthmus-cli-'));
    await chmod(dataDir, 0o711);
    const env = { ISTHMUS_DATA_DIR: dataDir, PORT: '0' };
    const service = start(['start'], env);
    try {
      const url = /Isthmus listens on (http:\/\/[\w.:]+)/.exec(await service.shows('Isthmus listens on'))?.[1] ?? '';
      const token = (await run(['token', 'create', '--role', 'owner'], env)).out.trim();
      const send = (method: string, path: string, body: object): Promise<Response> =>
        fetch(`${url}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const made = await send('POST', '/psa-instances', {
        name: 'n',
        baseUrl: 'https://halo.example.com',
        clientId: 'c',
        clientSecret: 's',
      });
      expect(made.status).toBe(201);
      expect(await run(['secrets', 'rotate'], env)).toMatchObject({
        code: 0,
        out: expect.stringContaining('2 secrets sealed anew with the key "k2"'),
      });
      const kept = join(dataDir, 'secret-keys');
      expect(await readFile(kept, 'utf8')).toMatch(/^k2:\S{44},k1:\S{44}\n$/);
      expect((await stat(kept)).mode & 0o777).toBe(0o600);
      const { id } = (await made.json()) as { id: string };
      expect((await send('PATCH', `/psa-instances/${id}`, { iframeSecret: 'with the new key' })).status).toBe(200);
      expect(await run(['secrets', 'rotate'], env)).toMatchObject({
        code: 0,
        out: expect.stringContaining('3 secrets sealed anew with the key "k3"'),
      });
    } finally {
      service.child.kill('SIGTERM');
      await service.ended;
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
