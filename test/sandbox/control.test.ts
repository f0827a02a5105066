import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.js';
import { askToken, call, control, field, reader, rows, smallSandbox } from './marketplace-fixture.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await smallSandbox();
});

afterEach(() => sandbox.close());

describe('GET /sandbox', () => {
  it('says the addresses and credentials', async () => {
    expect((await control(sandbox, 'GET', '')).body).toEqual({
      url: sandbox.url,
      marketplaceUrl: `${sandbox.url}/marketplace/na`,
      psaUrl: sandbox.url,
      credentials: structuredClone(sandbox.credentials),
    });
  });

  it('says so in a sentence when there is no such route', async () => {
    const { status, body } = await control(sandbox, 'GET', '/nothing');
    expect(status).toBe(404);
    expect(field(body, 'message')).toContain('/sandbox/nothing');
  });

  it('leaves every other address to a web server that knows nothing', async () => {
    const answer = await call(`${sandbox.url}/somewhere/else`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });
});

describe('/sandbox/calls', () => {
  it('shows the calls of both vendors, below their roots and with what was sent', async () => {
    const read = await reader(sandbox);
    await read('/customers?limit=2');
    await call(`${sandbox.psaUrl}/api/Client?count=1`);
    expect((await control(sandbox, 'GET', '/calls')).body).toEqual([
      { vendor: 'marketplace', method: 'POST', path: '/token', status: 200, records: 1, body: { marketplace: 'us' }, faults: [] },
      { vendor: 'marketplace', method: 'GET', path: '/customers?limit=2', status: 200, records: 0, faults: [] },
      { vendor: 'psa', method: 'GET', path: '/api/Client?count=1', status: 401, records: 0, faults: [] },
    ]);
    expect(sandbox.kernel.calls.count('marketplace')).toBe(2);
    expect(sandbox.kernel.calls.count()).toBe(3);
  });

  it('forgets them on DELETE', async () => {
    await askToken(sandbox);
    await control(sandbox, 'DELETE', '/calls');
    expect((await control(sandbox, 'GET', '/calls')).body).toEqual([]);
    expect(sandbox.kernel.calls.count()).toBe(0);
  });
});

describe('/sandbox/switches', () => {
  it('shows and moves the switches of both vendors', async () => {
    const moved = await control(sandbox, 'POST', '/switches', { marketplace: { unknownId: '400-no-entity' }, psa: { createStatus: 200 } });
    expect(moved.status).toBe(200);
    const { body } = await control(sandbox, 'GET', '/switches');
    expect(field(body, 'marketplace', 'unknownId')).toBe('400-no-entity');
    expect(field(body, 'psa', 'createStatus')).toBe(200);
    expect(sandbox.marketplace.switches.unknownId).toBe('400-no-entity');
  });

  it.each([
    [{ marketplace: { unknownIds: 404 } }, 'no switch "unknownIds"'],
    [{ marketplace: { unknownId: 410 } }, '"unknownId" can be 404 or'],
    [{ marketplace: { throttle: { calls: 0, windowSeconds: 1 } } }, '"throttle" is null or'],
    [{ marketplace: { shiftPages: true } }, '"shiftPages" is null or'],
    [{ marketplace: { maxLimit: 0 } }, 'at least 1'],
    [{ marketplace: { costsVisible: 'no' } }, 'is a boolean'],
    [{ psa: { nonsense: true } }, 'no switch "nonsense"'],
    [{ psa: { arrayAtomic: 'yes' } }, 'of type boolean'],
    [{ market: {} }, 'Unknown: market'],
    [['x'], 'must be a JSON object'],
  ])('refuses %j in a sentence and moves nothing', async (body, words) => {
    const before = structuredClone([sandbox.marketplace.switches, sandbox.psa.switches]);
    const answer = await control(sandbox, 'POST', '/switches', body);
    expect(answer.status).toBe(400);
    expect(field(answer.body, 'message')).toContain(words);
    expect(structuredClone([sandbox.marketplace.switches, sandbox.psa.switches])).toEqual(before);
  });
});

describe('/sandbox/clock', () => {
  it('starts at noon of the day it was given, moves, and is moved', async () => {
    expect(field((await control(sandbox, 'GET', '/clock')).body, 'now')).toMatch(/^2026-03-15T12:0/);
    await control(sandbox, 'POST', '/clock', { advanceMs: 86_400_000 });
    expect(field((await control(sandbox, 'GET', '/clock')).body, 'now')).toMatch(/^2026-03-16T12:0/);
    const set = await control(sandbox, 'POST', '/clock', { set: '2027-01-01T00:00:00Z' });
    expect(field(set.body, 'now')).toMatch(/^2027-01-01T00:00:0/);
  });

  it.each([{}, { advanceMs: 'soon' }, { set: 'yesterday' }, { advanceMs: 1, set: 1 }, { forward: 1 }])('refuses %j', async (body) => {
    expect((await control(sandbox, 'POST', '/clock', body)).status).toBe(400);
  });
});

describe('POST /sandbox/reset', () => {
  it('begins again with a world of the size asked for, and as it was started', async () => {
    const read = await reader(sandbox);
    sandbox.kernel.faults.add({ vendor: 'psa', status: 500, times: 0 });
    sandbox.marketplace.set({ unknownId: '400-no-entity' });
    sandbox.kernel.clock.advance(1e9);
    const answer = await control(sandbox, 'POST', '/reset', { customers: 7, subscriptions: 4 });
    expect(answer.status).toBe(200);
    expect(field(answer.body, 'url')).toBe(sandbox.url);
    expect((await read('/customers')).status).toBe(401);
    expect(rows(await (await reader(sandbox))('/customers'))).toHaveLength(7);
    expect(sandbox.kernel.faults.list()).toEqual([]);
    expect(sandbox.marketplace.switches).toMatchObject({ unknownId: 404, throttle: null });
    expect(new Date(sandbox.kernel.clock.now()).toISOString()).toMatch(/^2026-03-15/);
    expect(sandbox.psa.clients().length).toBeLessThan(12);
  });

  it('makes the same world for the same seed', async () => {
    const before = structuredClone(sandbox.marketplace.world.subscriptions.newestFirst());
    sandbox.marketplace.world.addSubscription();
    await control(sandbox, 'POST', '/reset');
    expect(sandbox.marketplace.world.subscriptions.newestFirst()).toEqual(before);
    await control(sandbox, 'POST', '/reset', { seed: 2 });
    expect(sandbox.marketplace.world.subscriptions.newestFirst()).not.toEqual(before);
  });

  it.each([{ customers: -1 }, { customers: 1.5 }, { subscriptions: 'many' }, { size: 1 }])(
    'refuses %j and keeps the world',
    async (body) => {
      expect((await control(sandbox, 'POST', '/reset', body)).status).toBe(400);
      expect(sandbox.marketplace.world.customers.size).toBe(30);
    },
  );
});

describe('GET /sandbox/psa', () => {
  it.each([
    ['clients', 20],
    ['sites', 20],
    ['licences', 3],
    ['tickets', 0],
  ] as const)('shows the %s that are stored', async (kind, least) => {
    const { status, body } = await control(sandbox, 'GET', `/psa/${kind}`);
    expect(status).toBe(200);
    expect(body).toEqual(structuredClone(sandbox.psa[kind]()));
    expect(field(body, 'length')).toBeGreaterThanOrEqual(least);
  });

  it('knows no others', async () => {
    expect((await control(sandbox, 'GET', '/psa/invoices')).status).toBe(404);
  });
});
