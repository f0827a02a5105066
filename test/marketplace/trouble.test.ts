import { afterEach, describe, expect, it } from '@jest/globals';
import {
  customers,
  FakeMarketplace,
  gatewayError,
  html,
  offset,
  page,
  platformError,
  slice,
  type Answer,
  type Reply,
} from './fake-marketplace.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

/** A server of one list, whatever its path. */
async function serve(answer: Answer): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start((call, nth) => (call.path === '/token' ? undefined : answer(call, nth)));
  return fake;
}

describe('a broken answer', () => {
  const broken: [string, Reply][] = [
    ['HTML', html],
    ['nothing', { body: '' }],
    ['half of it', { ...page(customers(3)), cut: true }],
    ['JSON without its end', { body: '{"data":[{"id":"1"' }],
    ['an object without data', { body: {} }],
    ['a bare array', { body: [] }],
    ['null', { body: 'null' }],
    ['data that is no list', { body: { data: {} } }],
    ['an empty page of a list with rows', page([], 12)],
    ['an error in a success', { body: { status: 500, message: 'Oops' } }],
  ];

  it.each(broken)('(%s) is tried again', async (_what, reply) => {
    const server = await serve((call, nth) => (nth < 3 ? reply : slice(call, customers(2))));
    expect(await server.client().customers()).toMatchObject({ complete: true, rows: { length: 2 } });
    expect(server.reads()).toHaveLength(3);
  });

  it.each(broken)('(%s) that stays fails, and never reads as no rows', async (_what, reply) => {
    const server = await serve(() => reply);
    await expect(server.client().customers()).rejects.toMatchObject({
      name: 'UpstreamError',
      kind: 'bad_answer',
      actor: 'vendor',
      status: 200,
    });
    expect(server.reads()).toHaveLength(6);
  });

  it('on a later page fails too', async () => {
    const server = await serve((call) => (offset(call) === 0 ? slice(call, customers(900)) : html));
    await expect(server.client().customers()).rejects.toMatchObject({ kind: 'bad_answer' });
  });

  it('of the server is tried again: gateways up to six times, a 500 up to three', async () => {
    const server = await serve(() => ({ status: 504, body: '<html><title>504 Gateway Time-out</title></html>' }));
    await expect(server.client().customers()).rejects.toMatchObject({
      kind: 'server',
      status: 504,
      detail: expect.stringContaining('504 Gateway'),
    });
    expect(server.reads()).toHaveLength(6);
    await server.close();
    const other = await serve(() => platformError(500, 'Internal'));
    await expect(other.client().customers()).rejects.toMatchObject({ kind: 'server', status: 500, correlationId: 'a8n-body' });
    expect(other.reads()).toHaveLength(3);
  });

  it('in the second known form of errors is read too', async () => {
    const body = { timestamp: 'x', status: 400, error: 'Bad Request here', path: '/customers', correlationId: 'c-2' };
    const server = await serve(() => ({ status: 400, body }));
    await expect(server.client().customers()).rejects.toMatchObject({ detail: 'GET /customers: Bad Request here', correlationId: 'c-2' });
  });

  it('that redirects is not followed', async () => {
    const server = await serve(() => ({ status: 302, headers: { Location: '/marketplace/na/other' } }));
    await expect(server.client().customers()).rejects.toMatchObject({ kind: 'bad_answer', status: 302, actor: 'configuration' });
    expect(server.reads()).toHaveLength(1);
  });
});

describe('a throttle', () => {
  it('is waited out as it asks, in the header or in words, and counted', async () => {
    const server = await serve((call, nth) => {
      if (nth === 1) return { ...gatewayError(429, 'Rate limit is exceeded.'), headers: { 'Retry-After': '20' } };
      if (nth === 2) return gatewayError(429, 'Rate limit is exceeded. Try again in 30 seconds.');
      return slice(call, customers(1));
    });
    const client = server.client();
    const before = server.pace.now();
    expect((await client.customers()).complete).toBe(true);
    const waited = server.pace.now() - before;
    expect(waited).toBeGreaterThanOrEqual(50_000);
    expect(waited).toBeLessThan(60_000);
    expect(client.calls).toEqual({ made: 4, refused: 2 });
  });

  it('of a window that names no time is outlasted by many calls at once', async () => {
    // 30 calls in any 60 seconds, as measured on the live API in kind.
    const passed: number[] = [];
    const server = await serve((call) => {
      const now = server.pace.now();
      if (passed.filter((at) => at > now - 60_000).length >= 30) return gatewayError(429, 'Rate limit is exceeded.');
      passed.push(now);
      return { body: { id: call.path.split('/').pop(), customerId: '7', status: 'active' } };
    });
    const client = server.client({}, { callsPerSecond: 20 });
    const details = await Promise.all(Array.from({ length: 100 }, (_, n) => client.subscription(String(n + 1))));
    expect(details.map((detail) => detail && 'subscriptionId' in detail && detail.subscriptionId)).toEqual(
      Array.from({ length: 100 }, (_, n) => String(n + 1)),
    );
    expect(client.calls.refused).toBeGreaterThan(0);
  });

  it('gates every call by the budget from the start', async () => {
    const server = await serve((call) => ({ body: { id: call.path.split('/').pop(), customerId: '7' } }));
    const client = server.client({}, { callsPerSecond: undefined });
    const before = server.pace.now();
    // 60 at once (one of them the token), then 20 at two a second, and a hundredth of that more for each that passed.
    await Promise.all(Array.from({ length: 79 }, (_, n) => client.subscription(String(n + 1))));
    const took = server.pace.now() - before;
    expect(took).toBeLessThan(10_000);
    expect(took).toBeGreaterThan((20 / (2 + 80 * 0.02)) * 1000);
  });
});

describe('an aborted signal', () => {
  it('ends a wait with its reason', async () => {
    const controller = new AbortController();
    const server = await serve((_call, nth) => {
      if (nth === 2) controller.abort(new Error('cancelled'));
      return { status: 503 };
    });
    await expect(server.client({}, { signal: controller.signal }).customers()).rejects.toThrow('cancelled');
    expect(server.reads().length).toBeLessThanOrEqual(2);
  });
});
