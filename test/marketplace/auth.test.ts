import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { UpstreamError } from '../../src/egress/index.js';
import { FakeMarketplace, gatewayError, page, platformError, type Answer } from './fake-marketplace.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

async function serve(answer: Answer): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start(answer);
  return fake;
}

const lists: Answer = (call) => (call.path === '/token' ? undefined : page([]));

const upstream = (fields: object): unknown => expect.objectContaining({ name: 'UpstreamError', vendor: 'marketplace', ...fields });

describe('the token', () => {
  it('is asked for with Basic, key and marketplace, and shown with the key on every read', async () => {
    const server = await serve(lists);
    await server.client({ applicationId: 'app-7' }).customers();
    const [token, read] = server.received;
    expect(token).toMatchObject({ method: 'POST', path: '/token', body: '{"marketplace":"us"}' });
    expect(token?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('acme.API:pass-word-1').toString('base64')}`,
      'x-subscription-key': 'key-of-the-account',
      'x-client-id': 'app-7',
      'content-type': 'application/json',
    });
    expect(read?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'x-subscription-key': 'key-of-the-account',
      'x-client-id': 'app-7',
      accept: 'application/json',
    });
  });

  it('comes without an application id when there is none', async () => {
    const server = await serve(lists);
    await server.client().authenticate();
    expect(server.received[0]?.headers).not.toHaveProperty('x-client-id');
  });

  it('is shared by concurrent calls and renewed before it ends', async () => {
    const server = await serve(lists);
    const client = server.client();
    await Promise.all([client.customers(), client.subscriptions(), client.customers()]);
    expect(server.tokens()).toBe(1);
    server.pace.move(1_489_000);
    await client.customers();
    expect(server.tokens()).toBe(1);
    server.pace.move(2000);
    await client.customers();
    expect(server.tokens()).toBe(2);
    expect(client.calls).toEqual({ made: 7, refused: 0 });
  });

  it('that comes to its end while a call waits for its turn is renewed before the call', async () => {
    const refusal = { ...gatewayError(429, 'Rate limit is exceeded.'), headers: { 'Retry-After': '100' } };
    const server = await serve((call, nth) => {
      if (call.path === '/token') return undefined;
      return call.path === '/customers' && nth === 2 ? refusal : page([]);
    });
    let waiting: Promise<unknown> | undefined;
    const client = server.client({}, { onRefused: () => void (waiting = client.subscriptions()) });
    await client.customers();
    server.pace.move(1_400_000);
    await client.customers();
    await waiting;
    expect(server.received.find(({ path }) => path === '/subscriptions')?.headers.authorization).toBe('Bearer token-2');
    expect(server.tokens()).toBe(2);
  });

  it.each([401, 403])('that a read answers with %i is renewed once, and the read made once more', async (status) => {
    const server = await serve((call) => {
      if (call.path === '/token') return undefined;
      return call.headers.authorization === 'Bearer token-1' ? platformError(status, 'Token expired') : page([]);
    });
    const client = server.client();
    await Promise.all([client.customers(), client.subscriptions()]);
    expect(server.tokens()).toBe(2);
    expect(server.reads()).toHaveLength(4);
  });

  it.each([
    [401, 'credentials'],
    [403, 'permission'],
  ])('that is refused with %i although new is an error of %s', async (status, kind) => {
    const server = await serve((call) => (call.path === '/token' ? undefined : platformError(status, 'No access')));
    await expect(server.client().customers()).rejects.toEqual(
      upstream({ kind, status, actor: 'configuration', retryable: false, correlationId: 'a8n-body' }),
    );
    expect([server.tokens(), server.reads().length]).toEqual([2, 2]);
  });

  it('is not renewed when the key has used up its calls', async () => {
    const server = await serve((call) =>
      call.path === '/token' ? undefined : gatewayError(403, 'Out of call volume quota. Quota will be replenished in 01:00:00.'),
    );
    await expect(server.client().customers()).rejects.toEqual(upstream({ kind: 'throttled', actor: 'vendor', retryable: false }));
    expect([server.tokens(), server.reads().length]).toEqual([1, 1]);
  });

  it.each([
    ['the user or password', 401, platformError(401, 'Bad credentials'), 'credentials', 'username'],
    ['the user, with 403', 403, platformError(403, 'Forbidden'), 'credentials', 'username'],
    ['the user, without a body', 401, { status: 401 }, 'credentials', 'username'],
    ['the key', 401, gatewayError(401, 'Access denied due to invalid subscription key.'), 'credentials', 'subscriptionKey'],
    ['the marketplace', 400, platformError(400, 'Bad request'), 'refused', 'marketplace'],
    ['the marketplace, with 404', 404, platformError(404, 'Marketplace xx was not found'), 'refused', 'marketplace'],
    ['the marketplace, with 500', 500, platformError(500, 'Unknown marketplace: xx'), 'refused', 'marketplace'],
    ['everything, by a firewall', 403, { status: 403, body: '<html><title>Blocked</title></html>' }, 'credentials', 'apiUrl'],
  ])('is not asked for again once %s was rejected', async (_what, status, reply, kind, field) => {
    const server = await serve((call) => (call.path === '/token' ? reply : undefined));
    const client = server.client();
    const rejected = upstream({ kind, status, field, actor: 'configuration', retryable: false });
    await expect(client.authenticate()).rejects.toEqual(rejected);
    await expect(client.customers()).rejects.toEqual(rejected);
    await expect(client.subscription('1')).rejects.toEqual(rejected);
    expect(server.received).toHaveLength(1);
    await expect(server.client().authenticate()).rejects.toEqual(rejected);
    expect(server.received).toHaveLength(2);
  });

  it.each([
    ['HTML', { body: '<html></html>' }],
    ['nothing', { body: '' }],
    ['half of it', { body: { token: 'x' }, cut: true }],
    ['something else', { body: { access_token: 'x' } }],
    ['a token no header can carry', { body: { token: 'a\nb', expiresInSeconds: 1500 } }],
  ])('is asked for again when the answer is %s', async (_what, reply) => {
    const server = await serve((call, nth) => (call.path === '/token' ? (nth < 3 ? reply : undefined) : page([])));
    await server.client().customers();
    expect(server.tokens()).toBe(3);
  });

  it('that never comes fails after six attempts, also for a read that waits for it', async () => {
    const server = await serve(() => ({ status: 503, body: '<html></html>' }));
    await expect(server.client().customers()).rejects.toEqual(upstream({ kind: 'server', status: 503, actor: 'vendor' }));
    expect(server.tokens()).toBe(6);
  });

  it('is not asked for with a key or user that cannot be sent', async () => {
    const server = await serve(lists);
    await expect(server.client({ subscriptionKey: 'a\r\nX: y' }).authenticate()).rejects.toEqual(upstream({ field: 'subscriptionKey' }));
    await expect(server.client({ subscriptionKey: ' ' }).authenticate()).rejects.toEqual(upstream({ field: 'subscriptionKey' }));
    await expect(server.client({ username: 'a:b' }).authenticate()).rejects.toEqual(upstream({ field: 'username' }));
    expect(server.received).toHaveLength(0);
  });
});

describe('secrets', () => {
  it('are in no error and no log, also when the marketplace echoes them', async () => {
    const server = await serve((call) => {
      const echo = `You sent ${call.headers.authorization ?? ''}, ${String(call.headers['x-subscription-key'])}, pass-word-1 and token-1`;
      return call.path === '/token' ? undefined : platformError(400, echo);
    });
    const lines: unknown[] = [];
    const log = (fields: object, message: string): unknown => lines.push(fields, message);
    const client = server.client({}, { logger: { debug: log, info: log, warn: log } });
    const error = await client.customers().catch((reason: unknown) => reason);
    const shown = inspect([error, lines], { depth: 20, showHidden: true });
    expect(error).toBeInstanceOf(UpstreamError);
    expect(lines.length).toBeGreaterThan(0);
    for (const secret of ['pass-word-1', 'key-of-the-account', 'token-1', Buffer.from('acme.API:pass-word-1').toString('base64')]) {
      expect(shown).not.toContain(secret);
    }
  });
});

describe('what is sent', () => {
  it('is nothing but GETs and POST /token, whatever is called', async () => {
    const server = await serve((call) => {
      if (call.path === '/token') return undefined;
      return /\/\d+$/.test(call.path)
        ? { body: { id: call.path.split('/').pop(), customerId: '7', name: 'x' } }
        : page([{ id: '1', customerId: '7' }]);
    });
    const client = server.client();
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(client)).filter((name) => name !== 'constructor');
    // A method that is added has to be called here too.
    expect(methods.sort()).toEqual(
      [
        'authenticate',
        'calls',
        'callsAnHour',
        'close',
        'customer',
        'customers',
        'eachCustomer',
        'eachSubscription',
        'get',
        'order',
        'orders',
        'subscription',
        'subscriptions',
      ].sort(),
    );
    await client.authenticate();
    await client.customers();
    await client.eachCustomer(() => Promise.resolve());
    await client.customer('1');
    await client.subscriptions();
    await client.eachSubscription({}, () => Promise.resolve());
    await client.subscriptions({ customerId: '7' });
    await client.subscription('2');
    for await (const order of client.orders()) expect(order.orderId).toBe('1');
    await client.order('3');
    await client.get('/resellers', { limit: 1 });
    client.close();
    const sent = new Set(server.received.map((call) => (call.method === 'GET' ? 'GET' : `${call.method} ${call.path}`)));
    expect([...sent].sort()).toEqual(['GET', 'POST /token']);
    expect(server.received.filter((call) => call.method === 'GET').every((call) => call.body === '')).toBe(true);
  });
});
