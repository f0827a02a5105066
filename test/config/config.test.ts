import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, type Environment, localUrl, readConfig } from '../../src/config.js';

const KEY = Buffer.alloc(32, 7).toString('base64');

function faultsOf(env: Environment): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('the environment', () => {
  it('may be empty: everything has a default', () => {
    const config = readConfig({ HOME: '/home/someone' });
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8085, role: 'all', egressAllow: [], logLevel: 'info', trustProxy: false });
    expect(config.databaseUrl).toBeUndefined();
    expect(config.publicUrl).toBeUndefined();
    expect(config.dataDir).toBe(process.getuid?.() === 0 ? '/var/lib/isthmus' : '/home/someone/.local/share/isthmus');
  });

  it('is read whole', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://u:p@db:5432/isthmus',
      ISTHMUS_DATA_DIR: '/srv/isthmus/',
      ISTHMUS_SECRET_KEYS: `new:${KEY}, old:${KEY}`,
      ISTHMUS_ROLE: 'worker',
      ISTHMUS_EGRESS_ALLOW: '127.0.0.1, halo.internal:8443,10.0.0.0/8,fd00::/8',
      HOST: '::',
      PORT: '0',
      PUBLIC_URL: 'https://isthmus.example.com/',
      LOG_LEVEL: 'debug',
      TRUST_PROXY: '10.0.0.0/8, 192.168.0.1',
      CI: 'true',
      PATH: '/bin',
    });
    expect(config).toMatchObject({
      databaseUrl: 'postgres://u:p@db:5432/isthmus',
      dataDir: '/srv/isthmus',
      role: 'worker',
      egressAllow: ['127.0.0.1', 'halo.internal:8443', '10.0.0.0/8', 'fd00::/8'],
      host: '::',
      port: 0,
      publicUrl: 'https://isthmus.example.com',
      logLevel: 'debug',
      trustProxy: ['10.0.0.0/8', '192.168.0.1'],
    });
    expect(config.secretKeys?.map((key) => [key.kid, key.key.length])).toEqual([
      ['new', 32],
      ['old', 32],
    ]);
    expect(readConfig({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
  });

  it('takes an empty value for none', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', ISTHMUS_ROLE: '' })).toMatchObject({ port: 8085, role: 'all' });
  });

  it('has all its faults told at once', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://db/isthmus',
      ISTHMUS_DATA_DIR: 'relative',
      ISTHMUS_ROLE: 'both',
      ISTHMUS_EGRESS_ALLOW: '10.0.0.0/99',
      ISTHMUS_DATADIR: '/tmp',
      HOST: 'not a host',
      PORT: '70000',
      PUBLIC_URL: 'ftp://x',
      LOG_LEVEL: 'loud',
      TRUST_PROXY: 'true',
    });
    const names = [
      'DATABASE_URL',
      'ISTHMUS_DATA_DIR',
      'ISTHMUS_ROLE',
      'ISTHMUS_EGRESS_ALLOW',
      'ISTHMUS_DATADIR',
      'HOST',
      'PORT',
      'PUBLIC_URL',
      'LOG_LEVEL',
      'TRUST_PROXY',
    ];
    for (const name of [...names, 'ISTHMUS_SECRET_KEYS']) expect(faults.filter((fault) => fault.startsWith(`${name} `))).toHaveLength(1);
    expect(faults).toHaveLength(names.length + 1);
  });

  it('leaves alone what Kubernetes sets for a service that is named after Isthmus', () => {
    const ofServices = {
      ISTHMUS_SERVICE_HOST: '10.96.12.7',
      ISTHMUS_SERVICE_PORT: '8085',
      ISTHMUS_SERVICE_PORT_HTTP: '8085',
      ISTHMUS_PORT: 'tcp://10.96.12.7:8085',
      ISTHMUS_PORT_8085_TCP: 'tcp://10.96.12.7:8085',
      ISTHMUS_PORT_8085_TCP_PROTO: 'tcp',
      ISTHMUS_PORT_8085_TCP_PORT: '8085',
      ISTHMUS_PORT_8085_TCP_ADDR: '10.96.12.7',
      ISTHMUS_POSTGRES_SERVICE_HOST: '10.96.12.8',
      ISTHMUS_POSTGRES_PORT: 'tcp://10.96.12.8:5432',
      ISTHMUS_POSTGRES_PORT_5432_TCP_ADDR: '10.96.12.8',
    };
    expect(faultsOf(ofServices)).toEqual([]);
    expect(faultsOf({ ISTHMUS_PORT: '8086' })).toEqual([expect.stringMatching(/^ISTHMUS_PORT is not a setting/)]);
  });

  it.each(['abc', 'k1:c2hvcnQ=', `:${KEY}`, `k1:${KEY},k1:${KEY}`, `k1:${KEY},`])('refuses the keys %j without repeating them', (keys) => {
    const [fault, ...more] = faultsOf({ ISTHMUS_SECRET_KEYS: keys });
    expect(more).toEqual([]);
    expect(fault).toMatch(/^ISTHMUS_SECRET_KEYS /);
    expect(fault).not.toContain(KEY);
    expect(fault).not.toContain('c2hvcnQ');
  });

  it('has no path in its address for people, which the page and its files do not stand below', () => {
    const [fault, ...more] = faultsOf({ PUBLIC_URL: 'https://msp.example.com/isthmus' });
    expect(fault).toMatch(/^PUBLIC_URL .*host name of its own/);
    expect(more).toEqual([]);
  });

  it('needs keys of its own for a database of its own, where processes must share them', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://db/isthmus' })).toEqual([expect.stringMatching(/^ISTHMUS_SECRET_KEYS .*is missing/)]);
  });
});

describe('a secret in a file', () => {
  let folder: string;
  const file = async (content: string): Promise<string> => {
    const path = join(folder, 'secret');
    await writeFile(path, content);
    return path;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is read instead of the variable, without the end of its line', async () => {
    const keys = await file(`k1:${KEY}\n`);
    const config = readConfig({ DATABASE_URL: 'postgres://db/isthmus', ISTHMUS_SECRET_KEYS_FILE: keys });
    expect(config.secretKeys?.map((key) => key.kid)).toEqual(['k1']);
    const url = await file('postgres://u:p@db/isthmus\r\n');
    expect(readConfig({ DATABASE_URL_FILE: url, ISTHMUS_SECRET_KEYS: `k1:${KEY}` }).databaseUrl).toBe('postgres://u:p@db/isthmus');
  });

  it('needs the keys just as the variable does', async () => {
    const url = await file('postgres://db/isthmus');
    expect(faultsOf({ DATABASE_URL_FILE: url })).toEqual([expect.stringMatching(/^ISTHMUS_SECRET_KEYS .*is missing/)]);
  });

  it('is not taken beside the variable', async () => {
    const keys = await file(`k1:${KEY}`);
    expect(faultsOf({ ISTHMUS_SECRET_KEYS: `k1:${KEY}`, ISTHMUS_SECRET_KEYS_FILE: keys })).toEqual([
      'ISTHMUS_SECRET_KEYS and ISTHMUS_SECRET_KEYS_FILE are both set: keep one of them.',
    ]);
  });

  it('that is missing, empty or wrong is told by its path, and not repeated', async () => {
    const missing = join(folder, 'no-such-file');
    expect(faultsOf({ DATABASE_URL_FILE: missing, ISTHMUS_SECRET_KEYS: `k1:${KEY}` })).toEqual([
      `DATABASE_URL_FILE names ${missing}, which cannot be read (ENOENT): correct the path or who may read it.`,
    ]);
    expect(faultsOf({ ISTHMUS_SECRET_KEYS_FILE: folder })[0]).toContain('EISDIR');
    expect(faultsOf({ ISTHMUS_SECRET_KEYS_FILE: await file('\n') })[0]).toMatch(/^ISTHMUS_SECRET_KEYS_FILE names .* which is empty/);
    const [fault] = faultsOf({ ISTHMUS_SECRET_KEYS_FILE: await file('k1:c2hvcnQ=') });
    expect(fault).toMatch(/^ISTHMUS_SECRET_KEYS_FILE has an unusable pair/);
    expect(fault).not.toContain('c2hvcnQ');
  });
});

describe('the address to tell people', () => {
  it('can be opened on this machine', () => {
    expect(localUrl('127.0.0.1', 1)).toBe('http://127.0.0.1:1');
    expect(localUrl('0.0.0.0', 2)).toBe('http://localhost:2');
    expect(localUrl('::1', 3)).toBe('http://[::1]:3');
  });
});
