import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.js';
import { askToken, call, field, headersOf, reader, smallSandbox } from './marketplace-fixture.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await smallSandbox();
});

afterEach(() => sandbox.close());

describe('the subscription key of the marketplace sandbox', () => {
  it.each([
    ['missing', null],
    ['invalid', 'another key'],
  ])('is checked before anything else: %s', async (word, key) => {
    const wrong = { key, user: 'nobody:nothing', body: '{' };
    const token = await askToken(sandbox, wrong);
    expect(token.status).toBe(401);
    expect(field(token.body, 'statusCode')).toBe(401);
    expect(field(token.body, 'message')).toContain(`${word} subscription key`);
    const headers: Record<string, string> = key === null ? {} : { 'x-subscription-key': key };
    expect((await call(`${sandbox.marketplaceUrl}/no-such-path`, { headers })).status).toBe(401);
  });
});

describe('POST /token', () => {
  it('gives an opaque token of 1500 seconds for the right credentials', async () => {
    const { status, body } = await askToken(sandbox);
    expect(status).toBe(200);
    expect(body).toEqual({ token: expect.stringMatching(/^[\w-]{286,}$/), expiresInSeconds: 1500 });
  });

  it.each(['sandbox.API:wrong', 'somebody:sandbox-password', ''])('answers 401 with the platform’s body to %j', async (user) => {
    const { status, body } = await askToken(sandbox, { user });
    expect(status).toBe(401);
    expect(body).toEqual({
      correlationId: expect.stringMatching(/^a8n-/),
      status: 401,
      message: expect.any(String),
      path: '/token',
      timeStamp: expect.stringMatching(/\+00:00$/),
    });
  });

  it.each([
    ['no JSON', { body: '{' }],
    ['an empty object', { body: '{}' }],
    ['an array', { body: '["us"]' }],
    ['null', { body: 'null' }],
    ['no text', { body: '{"marketplace":7}' }],
  ])('wants a JSON body with the marketplace, not %s', async (_, given) => {
    expect((await askToken(sandbox, given)).status).toBe(400);
  });

  it('does not take a form', async () => {
    expect((await askToken(sandbox, { type: 'application/x-www-form-urlencoded', body: 'marketplace=us' })).status).toBe(415);
  });

  it('refuses another marketplace with the status of the switch', async () => {
    const body = JSON.stringify({ marketplace: 'de' });
    expect((await askToken(sandbox, { body })).status).toBe(400);
    sandbox.marketplace.set({ unknownMarketplaceStatus: 404 });
    expect((await askToken(sandbox, { body })).status).toBe(404);
  });

  it('answers 405 to a GET', async () => {
    const { authorization, ...key } = await headersOf(sandbox);
    expect(authorization).toBeDefined();
    expect((await call(`${sandbox.marketplaceUrl}/token`, { headers: key })).status).toBe(405);
  });
});

describe('a token of the marketplace sandbox', () => {
  it('ends by the sandbox’s clock, not before', async () => {
    const read = await reader(sandbox);
    sandbox.kernel.clock.advance(1_490_000);
    expect((await read('/customers')).status).toBe(200);
    sandbox.kernel.clock.advance(10_000);
    const late = await read('/customers');
    expect(late.status).toBe(401);
    expect(field(late.body, 'path')).toBe('/customers');
  });

  it('lives as long as the switch says when it is given', async () => {
    sandbox.marketplace.set({ tokenLifeSeconds: 5 });
    expect(field((await askToken(sandbox)).body, 'expiresInSeconds')).toBe(5);
    const read = await reader(sandbox);
    sandbox.kernel.clock.advance(5000);
    expect((await read('/customers')).status).toBe(401);
  });

  it('may be refused with 403 instead', async () => {
    sandbox.marketplace.set({ unauthorizedStatus: 403 });
    const key = { 'x-subscription-key': sandbox.credentials.marketplace.subscriptionKey };
    expect((await call(`${sandbox.marketplaceUrl}/customers`, { headers: key })).status).toBe(403);
    expect((await call(`${sandbox.marketplaceUrl}/customers`, { headers: { ...key, authorization: 'Bearer made-up' } })).status).toBe(403);
  });

  it('dies early when the platform forgets its sessions', async () => {
    const read = await reader(sandbox);
    sandbox.marketplace.tokens.clear();
    expect((await read('/customers')).status).toBe(401);
  });
});

describe('the throttle of the marketplace sandbox', () => {
  it('lets so many calls pass in a window and says when to come again', async () => {
    const read = await reader(sandbox);
    sandbox.marketplace.set({ throttle: { calls: 3, windowSeconds: 60 } });
    for (let count = 0; count < 3; count += 1) expect((await read('/customers')).status).toBe(200);
    const refused = await read('/customers');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(refused.body).toEqual({ statusCode: 429, message: 'Rate limit is exceeded. Try again in 60 seconds.' });
    sandbox.kernel.clock.advance(60_000);
    expect((await read('/customers')).status).toBe(200);
  });

  it('may keep to itself when to come again', async () => {
    const read = await reader(sandbox);
    sandbox.marketplace.set({ throttle: { calls: 1, windowSeconds: 60 }, retryAfter: false });
    await read('/customers');
    const refused = await read('/customers');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
  });

  it('may count single subscriptions alone', async () => {
    const read = await reader(sandbox);
    sandbox.marketplace.set({ throttle: { calls: 1, windowSeconds: 60 }, throttleScope: 'details' });
    const [subscription] = sandbox.marketplace.world.subscriptions.newestFirst();
    for (let count = 0; count < 3; count += 1) expect((await read('/subscriptions')).status).toBe(200);
    expect((await read(`/subscriptions/${subscription?.id}`)).status).toBe(200);
    expect((await read(`/subscriptions/${subscription?.id}`)).status).toBe(429);
  });
});
