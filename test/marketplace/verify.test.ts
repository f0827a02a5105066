import { afterEach, describe, expect, it } from '@jest/globals';
import { egressPolicy } from '../../src/egress/index.js';
import { verifyMarketplace, type MarketplaceSettings } from '../../src/marketplace/index.js';
import { FakeMarketplace, gatewayError, html, page, platformError, type Reply } from './fake-marketplace.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

const ORDER = ['address', 'reachable', 'api', 'subscription key', 'user and password', 'marketplace', 'customers', 'subscriptions'];

const GOOD: Record<string, Reply> = {
  '/customers': page([{ id: '1', name: 'A' }], 900),
  '/subscriptions': page([{ id: '5', customerId: '1' }], 500),
  '/subscriptions/5': { body: { id: '5', customerId: '1' } },
};

/** Verifies against a marketplace that is good but for these answers. */
async function verify(replies: Record<string, Reply> = {}, settings: Partial<MarketplaceSettings> = {}) {
  fake = await FakeMarketplace.start((call) => replies[call.path] ?? GOOD[call.path]);
  const found = await verifyMarketplace({ ...fake.settings, ...settings }, fake.deps);
  expect(found.checks.map((check) => check.name)).toEqual(ORDER);
  return found;
}

describe('verifying a tenant', () => {
  it('finds everything in order', async () => {
    const found = await verify();
    expect(found.result).toBe('ok');
    expect(found.checks.every((check) => check.result === 'ok' && check.field === undefined)).toBe(true);
    expect(fake?.received).toHaveLength(4);
  });

  it('is content with an account that has no subscriptions yet', async () => {
    expect((await verify({ '/subscriptions': page([]) })).result).toBe('ok');
  });

  const cases: [string, Record<string, Reply>, string, string][] = [
    ['a web page', { '/token': html }, 'api', 'apiUrl'],
    ['no such page', { '/token': { ...html, status: 404 } }, 'api', 'apiUrl'],
    ['no such operation', { '/token': gatewayError(404, 'Resource not found') }, 'api', 'apiUrl'],
    ['another API', { '/token': { body: { access_token: 'x' } } }, 'api', 'apiUrl'],
    ['a redirect', { '/token': { status: 301, headers: { Location: 'https://example.com/' } } }, 'api', 'apiUrl'],
    ['a firewall', { '/token': { ...html, status: 403 } }, 'api', 'apiUrl'],
    [
      'a missing key',
      { '/token': gatewayError(401, 'Access denied due to missing subscription key. Make sure to include it.') },
      'subscription key',
      'subscriptionKey',
    ],
    ['a wrong key, as 403', { '/token': gatewayError(403, 'invalid subscription key') }, 'subscription key', 'subscriptionKey'],
    ['a wrong password', { '/token': platformError(401, 'Bad credentials') }, 'user and password', 'username'],
    ['a forbidden user', { '/token': platformError(403, 'Access is denied') }, 'user and password', 'username'],
    ['a wrong user of a marketplace', { '/token': platformError(401, 'No user acme in marketplace us') }, 'user and password', 'username'],
    ['an unknown marketplace', { '/token': platformError(400, 'Marketplace zz is unknown') }, 'marketplace', 'marketplace'],
    ['an unknown marketplace, unsaid', { '/token': platformError(400, 'Bad request') }, 'marketplace', 'marketplace'],
    ['an unknown marketplace, as 401', { '/token': platformError(401, 'Invalid marketplace') }, 'marketplace', 'marketplace'],
    ['customers that may not be read', { '/customers': platformError(403, 'Forbidden') }, 'customers', 'username'],
    ['customers that are none', { '/customers': { body: {} } }, 'customers', 'apiUrl'],
    ['subscriptions that may not be read', { '/subscriptions': platformError(403, 'Forbidden') }, 'subscriptions', 'username'],
    ['details that may not be read', { '/subscriptions/5': platformError(403, 'Forbidden') }, 'subscriptions', 'username'],
    [
      'a key without subscriptions',
      { '/subscriptions': gatewayError(401, 'Access denied due to invalid subscription key.') },
      'subscriptions',
      'subscriptionKey',
    ],
  ];

  it.each(cases)('names the setting at fault: %s', async (_what, replies, name, field) => {
    const found = await verify(replies);
    expect(found.result).toBe('failed');
    const failed = found.checks.filter((check) => check.result === 'failed');
    expect(failed).toEqual([{ name, result: 'failed', field, detail: expect.stringMatching(/^[A-Z].*[.A-Za-z]$/) }]);
    const later = found.checks.slice(ORDER.indexOf(name) + 1);
    expect(later.every((check) => check.result === 'unknown' && check.detail === 'Not tried.')).toBe(true);
  });

  it.each([
    ['not a URL', 'api.cloud.im'],
    ['empty', ' '],
    ['refused by the policy', 'https://10.0.0.1/marketplace/na'],
    ['http', 'http://api.cloud.im/marketplace/na'],
  ])('says that the URL is %s without calling it', async (_what, apiUrl) => {
    const found = await verify({}, { apiUrl });
    expect(found.checks[0]).toMatchObject({ name: 'address', result: 'failed', field: 'apiUrl' });
    expect(fake?.received).toHaveLength(0);
  });

  it('says that a marketplace code is not one without calling', async () => {
    const found = await verify({}, { marketplace: 'u1' });
    expect(found.checks.find((check) => check.result === 'failed')).toMatchObject({ name: 'marketplace', field: 'marketplace' });
    expect(fake?.received).toHaveLength(0);
  });

  it('says that nothing answers', async () => {
    fake = await FakeMarketplace.start(() => undefined);
    const { settings, deps } = fake;
    await fake.close();
    const found = await verifyMarketplace(settings, deps);
    expect(found.checks[1]).toMatchObject({ name: 'reachable', result: 'failed', field: 'apiUrl' });
  });

  it('says that a name leads to an address that is not allowed', async () => {
    fake = await FakeMarketplace.start(() => undefined);
    const strict = egressPolicy({ allow: [] });
    const policy = { check: () => undefined, checkAddress: (url: string, address: string) => strict.checkAddress(url, address) };
    const apiUrl = fake.settings.apiUrl.replace('127.0.0.1', 'localhost');
    const found = await verifyMarketplace({ ...fake.settings, apiUrl }, { ...fake.deps, policy });
    expect(found.checks[1]).toMatchObject({
      name: 'reachable',
      result: 'failed',
      field: 'apiUrl',
      detail: expect.stringContaining('ISTHMUS_EGRESS_ALLOW'),
    });
  });

  it.each([
    ['the token', { '/token': { status: 503 } }, 'api'],
    ['the token, throttled', { '/token': gatewayError(429, 'Rate limit is exceeded.') }, 'api'],
    ['customers', { '/customers': { status: 504 } }, 'customers'],
    ['subscriptions', { '/subscriptions': platformError(500, 'Oops') }, 'subscriptions'],
  ])('cannot decide while the marketplace is down for %s', async (_what, replies: Record<string, Reply>, name) => {
    const found = await verify(replies);
    expect(found.result).toBe('unknown');
    expect(found.checks.find((check) => check.name === name)).toMatchObject({
      result: 'unknown',
      detail: expect.stringContaining('later'),
    });
  });

  it('tries rejected credentials once', async () => {
    await verify({ '/token': platformError(401, 'Bad credentials') });
    expect(fake?.received).toHaveLength(1);
  });

  it('shows no secret the marketplace echoes', async () => {
    const found = await verify({ '/token': platformError(401, 'No user with pass-word-1 and key-of-the-account') });
    expect(JSON.stringify(found)).not.toMatch(/pass-word-1|key-of-the-account/);
  });
});
