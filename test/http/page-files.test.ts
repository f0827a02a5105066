import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { errors } from '../../src/http/errors.js';
import { pageFiles } from '../../src/http/page-files.js';
import { security } from '../../src/http/security.js';

const SCRIPT = 'console.log(1);'.repeat(50);
let folder: string;
let app: FastifyInstance;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isthmus-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__"><title>page</title>');
  await writeFile(join(folder, 'assets', 'main-a1b2.js'), SCRIPT);
  await writeFile(join(folder, 'assets', 'main-a1b2.js.gz'), gzipSync(SCRIPT));
  await writeFile(join(folder, 'secret.txt'), 'not for anybody');
  app = await serve(folder);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(from: string): Promise<FastifyInstance> {
  const made = Fastify() as unknown as FastifyInstance;
  await made.register(errors, { page: await pageFiles(made, from) });
  await made.register(security, { https: false });
  await made.ready();
  return made;
}

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the page', () => {
  it.each(['/', '/tenants', '/tenants/7?tab=1', '/imports/x'])('is what a browser gets at %s', async (url) => {
    const answer = await app.inject({ url, headers: BROWSER });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toContain('<title>page</title>');
  });

  it('carries another nonce each time, the same in its policy and in itself', async () => {
    const answers = [await app.inject({ url: '/', headers: BROWSER }), await app.inject({ url: '/', headers: BROWSER })];
    const nonces = answers.map(({ body }) => /content="([^"]+)"/.exec(body)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    answers.forEach(({ headers }, at) => expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonces[at]}'`));
  });

  it('lets no other site frame it, and runs no script but its own', async () => {
    const { headers } = await app.inject({ url: '/', headers: BROWSER });
    const policy = String(headers['content-security-policy']).split(';');
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]),
    );
    expect(String(policy)).not.toMatch(/unsafe|\*|http/);
  });

  it.each([
    '/api/v1/nothing',
    '/auth/nothing',
    '/webhooks/x',
    '/health/x',
    '/metrics/x',
    '/docs/x',
    '/openapi.json',
    '/assets/x.js',
    '/api',
  ])('is not what %s is, though a browser asks', async (url) => {
    const answer = await app.inject({ url, headers: BROWSER });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it.each([
    ['GET', 'application/json'],
    ['GET', undefined],
    ['POST', 'text/html'],
  ])('is not given to %s with accept %s', async (method, accept) => {
    const answer = await app.inject({ method: method as 'GET', url: '/tenants', headers: accept === undefined ? {} : { accept } });
    expect(answer.statusCode).toBe(404);
  });

  it('says how to build it where it was not built', async () => {
    const bare = await serve(join(folder, 'nowhere'));
    const answer = await bare.inject({ url: '/', headers: BROWSER });
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('npm run build');
    await bare.close();
  });
});

describe("the page's files", () => {
  it('may be kept for ever, because their names change with them', async () => {
    const answer = await app.inject({ url: '/assets/main-a1b2.js' });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(SCRIPT);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-type']).toMatch(/^text\/javascript|^application\/javascript/);
  });

  it('are sent compressed to whoever takes that', async () => {
    const answer = await app.inject({ url: '/assets/main-a1b2.js', headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.headers['content-type']).toMatch(/javascript/);
    expect(answer.rawPayload.equals(gzipSync(SCRIPT))).toBe(true);
  });

  it.each([
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..%5csecret.txt',
    '/assets//etc/passwd',
    '/assets/',
  ])('are all there is below them: %s gives nothing', async (url) => {
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain('not for anybody');
  });
});
