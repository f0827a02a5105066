import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.js';
import { imageParts, ROOT } from './image.js';

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  environment: Record<string, string>;
  secrets: string[];
  depends_on?: Record<string, { condition: string }>;
  restart: string;
  read_only: boolean;
  tmpfs: string[];
  cap_drop?: string[];
  security_opt: string[];
  networks: string[];
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test: string[] };
  deploy?: { replicas: number };
  privileged?: boolean;
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
  networks: Record<string, { internal?: boolean }>;
}

const FOLDER = join(ROOT, 'docker');
const PLATFORM = ['DATABASE_URL_FILE', 'ISTHMUS_SECRET_KEYS_FILE'];

describe('compose.yaml', () => {
  let compose: Compose;
  let text: string;
  const service = (name: string): Service => compose.services[name]!;
  beforeAll(() => {
    text = readFileSync(join(FOLDER, 'compose.yaml'), 'utf8');
    compose = parse(text, { merge: true, uniqueKeys: true }) as Compose;
  });

  it('runs one web, two workers and a Postgres', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(['postgres', 'web', 'worker']);
    expect(service('web').environment['ISTHMUS_ROLE']).toBe('web');
    expect(service('web').deploy?.replicas ?? 1).toBe(1);
    expect(service('worker').environment['ISTHMUS_ROLE']).toBe('worker');
    expect(service('worker').deploy?.replicas).toBe(2);
    expect(service('postgres').image).toMatch(/^postgres:1[78]\b/);
  });

  it('builds its image from the Dockerfile', () => {
    for (const name of ['web', 'worker']) {
      const { context, dockerfile } = service(name).build!;
      expect(existsSync(resolve(FOLDER, context, dockerfile))).toBe(true);
      expect(resolve(FOLDER, context)).toBe(ROOT);
    }
  });

  it('hands secrets over as files, each where it is needed, and holds none itself', () => {
    expect(service('postgres').secrets).toEqual(['postgres_password']);
    expect(service('postgres').environment['POSTGRES_PASSWORD_FILE']).toBe('/run/secrets/postgres_password');
    for (const name of ['web', 'worker']) {
      expect(service(name).secrets.toSorted()).toEqual(['database_url', 'secret_keys']);
      expect(service(name).environment).toMatchObject({
        DATABASE_URL_FILE: '/run/secrets/database_url',
        ISTHMUS_SECRET_KEYS_FILE: '/run/secrets/secret_keys',
      });
    }
    for (const name of Object.values(compose.services).flatMap(({ secrets }) => secrets)) {
      expect(compose.secrets[name]?.file).toBe(`./secrets/${name}`);
    }
    const named = Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment));
    expect(named.filter((name) => /PASSWORD|SECRET|_URL/.test(name) && !name.endsWith('_FILE') && name !== 'PUBLIC_URL')).toEqual([]);
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toContain('docker/secrets/');
  });

  it('sets only what Isthmus knows, to values that it takes', () => {
    for (const name of ['web', 'worker']) {
      const given = Object.entries(service(name).environment).filter(([variable]) => !PLATFORM.includes(variable));
      const env = Object.fromEntries(given.map(([variable, value]) => [variable, value.replace(/^\$\{\w+:-(.*)\}$/, '$1')]));
      expect(readConfig({ HOME: '/nowhere', ...env })).toMatchObject({ role: name, publicUrl: 'http://localhost:8085' });
    }
  });

  it('keeps every container read-only, starts it again, and lets nobody gain rights', () => {
    for (const one of Object.values(compose.services)) {
      expect(one).toMatchObject({ read_only: true, restart: 'unless-stopped', security_opt: ['no-new-privileges:true'] });
      expect(one.tmpfs.some((mount) => mount.startsWith('/tmp'))).toBe(true);
      expect(one.privileged ?? false).toBe(false);
    }
    for (const name of ['web', 'worker']) expect(service(name).cap_drop).toEqual(['ALL']);
  });

  it('starts Isthmus once the database answers, and keeps its data in a volume', () => {
    for (const name of ['web', 'worker']) expect(service(name).depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(service('postgres').healthcheck?.test).toContain('pg_isready');
    const [volume, path] = service('postgres').volumes![0]!.split(':');
    expect(compose.volumes).toHaveProperty(volume!);
    expect(path).toBe(service('postgres').image.startsWith('postgres:18') ? '/var/lib/postgresql' : '/var/lib/postgresql/data');
  });

  it('shows nothing to the network but the web, and that to this machine only', () => {
    expect(service('web').ports).toEqual(['${BIND_ADDRESS:-127.0.0.1}:8085:8085']);
    expect(service('worker').ports).toBeUndefined();
    expect(service('postgres').ports).toBeUndefined();
    expect(service('postgres').networks).toEqual(['database']);
    expect(compose.networks['database']).toEqual({ internal: true });
  });
});

describe('the Dockerfile', () => {
  const { stages, final } = imageParts();

  it('builds in one stage and runs in another, both on Node 24', () => {
    expect(stages.map(({ from }) => from)).toEqual(['node:24-bookworm-slim', 'node:24-bookworm-slim']);
  });

  it('builds the service and its page, and takes both over', () => {
    const [build] = stages;
    const built = build!.text.indexOf('npm run --silent build:page');
    expect(build!.text.indexOf('tsc -p tsconfig.json')).toBeGreaterThan(0);
    expect(built).toBeGreaterThan(build!.text.indexOf('tsc -p tsconfig.json'));
    expect(final).toMatch(/^COPY --from=build \/build\/dist .\/dist$/m);
  });

  it('leaves development and optional packages, and every script of theirs, out', () => {
    expect(final).toMatch(/npm install --omit=dev --omit=optional --ignore-scripts /);
  });

  it('does not run as root', () => {
    const user = /^USER (\d+)/m.exec(final)?.[1];
    expect(Number(user)).toBeGreaterThan(0);
    expect(final.indexOf('USER ')).toBeGreaterThan(final.lastIndexOf('RUN '));
  });

  it('copies what there is, and what the context lets in', () => {
    const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignore.filter((line) => line !== '' && !line.startsWith('#'))[0]).toBe('*');
    const copied = stages.flatMap(({ text }) =>
      [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) => names!.split(' ')),
    );
    expect(copied).toContain('src');
    for (const name of copied) {
      expect(ignore).toContain(`!${name}`);
      expect(existsSync(join(ROOT, name))).toBe(true);
    }
    expect(ignore).not.toContain('!docker');
    expect(ignore).not.toContain('!test');
  });
});
