import { afterEach, describe, expect, it } from '@jest/globals';
import { egressPolicy } from '../../src/egress/index.js';
import { MarketplaceClient, verifyMarketplace, type MarketplaceDeps, type MarketplaceSettings } from '../../src/marketplace/index.js';
import { startSandbox, type MarketplaceSwitches, type Sandbox } from '../../src/sandbox/index.js';
import { VirtualPace } from '../egress/virtual-pace.js';

let sandbox: Sandbox | undefined;

afterEach(async () => sandbox?.close());

/** A sandbox that goes by the client's clock, and what a client of it needs. */
async function start(switches: Partial<MarketplaceSwitches> = {}, size = { customers: 60, subscriptions: 40 }) {
  const started = (sandbox = await startSandbox({ ...size, seed: 7, switches: { marketplace: switches } }));
  const pace = new VirtualPace();
  pace.onJump = (ms) => started.kernel.clock.advance(ms);
  const deps: MarketplaceDeps = { policy: egressPolicy({ allow: ['127.0.0.1'] }), pace, callsPerSecond: 20 };
  const settings: MarketplaceSettings = started.credentials.marketplace;
  const { customers, subscriptions, orders } = started.marketplace.world;
  return { started, settings, deps, pace, client: new MarketplaceClient(settings, deps), world: { customers, subscriptions, orders } };
}

const ids = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id).sort();

describe('against a sandbox of the marketplace', () => {
  it('everything is read, as it is there', async () => {
    const { client, world } = await start();
    const customers = await client.customers();
    const subscriptions = await client.subscriptions();
    expect([customers.complete, subscriptions.complete]).toEqual([true, true]);
    expect(customers.rows.map((row) => row.customerId).sort()).toEqual(ids(world.customers.newestFirst()));
    expect(subscriptions.rows.map((row) => row.subscriptionId).sort()).toEqual(ids(world.subscriptions.newestFirst()));

    const live = subscriptions.rows.filter((row) => row.status === 'active' || row.status === 'hold');
    const details = await Promise.all(live.map((row) => client.subscription(row.subscriptionId)));
    for (const [n, detail] of details.entries()) {
      const products = world.subscriptions.get(live[n]?.subscriptionId ?? '')?.products ?? [];
      expect(detail).toMatchObject({ subscriptionId: live[n]?.subscriptionId, lines: { length: products.length } });
    }
    const orders: string[] = [];
    for await (const order of client.orders()) orders.push(order.orderId);
    expect(orders.toSorted()).toEqual(ids(world.orders.newestFirst()));
  });

  it('one customer has its own subscriptions and its address', async () => {
    const { client, world } = await start();
    const owner = world.subscriptions.newestFirst()[0]?.customerId ?? '';
    const look = await client.subscriptions({ customerId: owner });
    expect(look.rows.length).toBeGreaterThan(0);
    expect(look).toMatchObject({ complete: true, dropped: 0 });
    expect(look.rows.every((row) => row.customerId === owner)).toBe(true);
    expect(await client.customer(owner)).toMatchObject({ customerId: owner, address: { countryCode: expect.any(String) } });
  });

  it.each<[string, Partial<MarketplaceSwitches>]>([
    ['403 for a dead token, and tokens that die soon', { unauthorizedStatus: 403, tokenLifeSeconds: 2 }],
    ['limits refused', { overLimit: 'refuse', maxLimit: 100 }],
    ['small pages', { maxLimit: 7 }],
    ['no entity', { unknownId: '400-no-entity' }],
    ['whole customer rows', { shortCustomerRows: false }],
    ['old list rows', { oldListRows: true }],
    ['order times with a space', { orderDates: 'space' }],
    ['the other error shape', { errorShape: 'spring' }],
    ['a throttle without a time', { retryAfter: false, throttle: { calls: 5, windowSeconds: 60 } }],
    ['a throttle on details', { throttleScope: 'details', throttle: { calls: 3, windowSeconds: 30 } }],
    ['rows that come during a walk, once', { maxLimit: 20, shiftPages: { kind: 'insert', times: 1 } }],
    ['no costs', { costsVisible: false }],
    ['no vendor subscription ids', { vendorSubscriptionIds: false }],
    ['empty arrays left out', { emptyArrays: 'omitted' }],
    ['no correlation ids', { correlationHeader: false }],
  ])('everything is read right with %s', async (_what, switches) => {
    const { client, world } = await start(switches);
    const look = await client.subscriptions();
    expect(look).toMatchObject({ complete: true, malformed: [], dropped: 0 });
    expect(look.rows.map((row) => row.subscriptionId).sort()).toEqual(ids(world.subscriptions.newestFirst()));
    const live = look.rows.filter((row) => row.status === 'active').slice(0, 8);
    expect(live).toHaveLength(8);
    for (const { subscriptionId } of live) expect(await client.subscription(subscriptionId)).toMatchObject({ subscriptionId });
    expect(await client.subscription('999999999')).toBeNull();
    expect((await client.orders().next()).value).toMatchObject({ createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });
    expect(await client.customers()).toMatchObject({ complete: true, malformed: [] });
  });

  it.each<[string, Partial<MarketplaceSwitches>]>([
    ['no pagination', { pagination: 'absent' }],
    ['rows that move during every walk', { maxLimit: 20, shiftPages: { kind: 'move', times: 0 } }],
    ['rows that come during every walk', { maxLimit: 20, shiftPages: { kind: 'insert', times: 0 } }],
    ['rows listed and counted twice', { duplicateRows: true }],
  ])('a look says that it is not proven whole with %s', async (_what, switches) => {
    const { client, world } = await start(switches);
    const look = await client.subscriptions();
    expect(look.complete).toBe(false);
    const found = look.rows.map((row) => row.subscriptionId);
    expect(new Set(found).size).toBe(found.length);
    expect(ids(world.subscriptions.newestFirst())).toEqual(expect.arrayContaining(found));
    expect(found.length).toBeGreaterThan(30);
  });

  it.each([
    ['reset', { reset: true, times: 2 }],
    ['cut', { cut: true, times: 2 }],
    ['a web page', { body: '<html>Please wait</html>', contentType: 'text/html', times: 3 }],
    ['an empty body', { body: '', times: 3 }],
    ['a gateway error', { status: 504, body: '<html></html>', contentType: 'text/html', times: 5 }],
    ['an error of the server', { status: 500, times: 2 }],
    ['a lost token', { status: 401, times: 1 }],
  ])('a look survives %s', async (_what, fault) => {
    const { client, started, world } = await start();
    started.kernel.faults.add({ vendor: 'marketplace', path: '^/subscriptions', ...fault });
    expect(await client.subscriptions()).toMatchObject({ complete: true, rows: { length: world.subscriptions.newestFirst().length } });
    expect(started.kernel.faults.list()[0]?.disturbed).toBe(fault.times);
  });

  it('settings are verified, and what is wrong is named', async () => {
    const { settings, deps, started } = await start({ unknownMarketplaceStatus: 400 });
    const fieldAtFault = async (changes: Partial<MarketplaceSettings>): Promise<string | undefined> => {
      const found = await verifyMarketplace({ ...settings, ...changes }, deps);
      return found.checks.find((check) => check.result === 'failed')?.field ?? found.result;
    };
    expect(await fieldAtFault({})).toBe('ok');
    expect(await fieldAtFault({ apiUrl: `${started.url}/elsewhere` })).toBe('apiUrl');
    expect(await fieldAtFault({ apiUrl: `${started.marketplaceUrl}/deeper` })).toBe('apiUrl');
    expect(await fieldAtFault({ subscriptionKey: 'another-key' })).toBe('subscriptionKey');
    expect(await fieldAtFault({ username: 'someone.API' })).toBe('username');
    expect(await fieldAtFault({ password: 'another-password' })).toBe('username');
    for (const status of [400, 401, 403, 404, 500]) {
      started.marketplace.set({ unknownMarketplaceStatus: status });
      expect(await fieldAtFault({ marketplace: 'zz' })).toBe('marketplace');
    }
    const calls = started.kernel.calls.all().filter((call) => call.method !== 'GET');
    expect(calls.every((call) => call.method === 'POST' && call.path.endsWith('/token'))).toBe(true);
  });
});
