import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Feature } from '../../src/app.js';
import { EgressRefused } from '../../src/egress/policy.js';
import { UpstreamError } from '../../src/egress/upstream-error.js';
import { Conflict } from '../../src/http/problem.js';
import { route } from '../../src/http/route.js';
import { createLogger } from '../../src/observability/logger.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let thrown: unknown;
const failing: Feature = (app) =>
  route(app, {
    method: 'GET',
    url: '/fail',
    access: 'viewer',
    summary: 'Fail',
    handler: () => Promise.reject(thrown as Error),
  });

const lines: string[] = [];
let database: TestDatabase;
let test: TestApp;
let token: string;
beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestApp(database, [failing], {
    logger: createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
  });
  token = await test.token('owner');
});
afterAll(async () => {
  await test.close();
  await database.close();
});

async function answerTo(error: unknown): Promise<{ status: number; body: Record<string, unknown>; headers: Record<string, unknown> }> {
  thrown = error;
  const response = await test.call(token, 'GET', '/api/v1/fail');
  expect(response.headers['content-type']).toContain('application/problem+json');
  return { status: response.statusCode, body: response.json(), headers: response.headers };
}

describe('an error', () => {
  it('is answered as problem+json whose errorId is in the log', async () => {
    const { status, body } = await answerTo(new Conflict('An import is running.', { importId: '7' }));
    expect(status).toBe(409);
    expect(body).toEqual({
      type: 'urn:isthmus:problem:conflict',
      title: 'Conflict',
      status: 409,
      detail: 'An import is running.',
      instance: '/api/v1/fail',
      errorId: expect.any(String),
      importId: '7',
    });
    expect(lines.some((line) => line.includes(String(body['errorId'])))).toBe(true);
  });

  it('that nobody foresaw says nothing of its inside, but the log does', async () => {
    const { status, body } = await answerTo(new Error('the table "tenants" has a hole'));
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('hole');
    const line = lines.find((candidate) => candidate.includes(String(body['errorId'])));
    expect(line).toContain('has a hole');
    expect(line).toContain('"level":"error"');
    expect((await answerTo('not even an error')).status).toBe(500);
  });

  it.each([
    ['credentials', 422],
    ['permission', 422],
    ['egress', 422],
    ['unreachable', 502],
    ['bad_answer', 502],
    ['server', 502],
    ['timeout', 504],
    ['throttled', 503],
  ] as const)('of a vendor, %s, is answered with %i and who must act', async (kind, expected) => {
    const { status, body, headers } = await answerTo(new UpstreamError({ vendor: 'psa', kind, detail: 'It said no', retryAfterMs: 2500 }));
    expect(status).toBe(expected);
    expect(body).toMatchObject({ detail: 'It said no', vendor: 'psa', reason: kind, actor: expect.any(String) });
    expect(headers['retry-after']).toBe(expected === 422 ? undefined : '3');
    // It passes, or the caller puts it right: nobody is to be woken.
    const line = lines.find((candidate) => candidate.includes(String(body['errorId'])));
    expect(line).toContain(expected === 422 ? '"level":"info"' : '"level":"warn"');
  });

  it('of a database that is away asks to try again', async () => {
    const { status, body, headers } = await answerTo(new Error('Connection terminated unexpectedly'));
    expect(status).toBe(503);
    expect(headers['retry-after']).toBeDefined();
    expect(lines.find((candidate) => candidate.includes(String(body['errorId'])))).toContain('"level":"warn"');
  });

  it('of the egress policy is answered with its sentence', async () => {
    expect(await answerTo(new EgressRefused('Not there.'))).toMatchObject({ status: 422, body: { detail: 'Not there.' } });
  });

  it('of a route that does not exist is a problem too, without the query', async () => {
    const response = await test.call(token, 'GET', '/api/v1/nothing?search=private');
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ type: 'urn:isthmus:problem:not-found', instance: '/api/v1/nothing' });
    expect(response.body).not.toContain('private');
  });
});

describe('every answer of the API', () => {
  it('is not kept by anyone and does not lend itself to browsers', async () => {
    for (const url of ['/api/v1/fail', '/api/v1/nothing']) {
      const { headers } = await test.call(token, 'GET', url);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toBe("default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'");
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('loads and runs nothing but files of its own where it is a page', async () => {
    const policy = String((await test.call(token, 'GET', '/docs')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  it('promises to stay https only where it is', async () => {
    const https = await createTestApp(database, [], { publicUrl: 'https://isthmus.example.com' });
    expect((await https.app.inject('/health/live')).headers['strict-transport-security']).toBeDefined();
    await https.close();
  });
});
