import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ends, LAST_MONTH, lastMonth, skipOf, THIS_MONTH, thisMonth } from './month-to-month.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf, product } from './people.js';
import { stage, type Stage } from './stage.js';

describe('A renewal', () => {
  let on: Stage;
  let customerId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    customerId = addCustomer(on, 'Contoso');
  });
  afterAll(() => on.close());

  const world = (): Stage['sandbox']['marketplace']['world'] => on.sandbox.marketplace.world;

  it.each<[string, () => unknown]>([
    ['a third one is alive', () => addSubscription(on, customerId, undefined, { ...THIS_MONTH, creationDate: '2026-05-01' })],
    [
      'a third one is alive, though it has no licence',
      () => addSubscription(on, customerId, [product('A', { quantity: 0.5 })], { ...THIS_MONTH, creationDate: '2026-05-01' }),
    ],
  ])('is not clear while %s', async (_what, alive) => {
    const third = String(await alive());
    const { old, licenceId } = await lastMonth(on, customerId);
    const { fresh, run } = await thisMonth(on, old);
    expect(skipOf(run, fresh)).toMatchObject({ reason: 'successor', psaId: String(licenceId) });
    expect(third).not.toBe(fresh);
    expect(licenceOf(on, old).id).toBe(licenceId);
  });

  it('is not clear when two begin, or when two ended', async () => {
    const { old, licenceId } = await lastMonth(on, customerId);
    const second = addSubscription(on, customerId, undefined, THIS_MONTH);
    const { fresh, run } = await thisMonth(on, old);
    for (const id of [second, fresh]) expect(skipOf(run, id)).toMatchObject({ reason: 'successor', psaId: String(licenceId) });

    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    customerId = addCustomer(on, 'Contoso');
    const other = addSubscription(on, customerId, undefined, LAST_MONTH);
    const pair = await lastMonth(on, customerId);
    ends(on, other);
    const later = await thisMonth(on, pair.old);
    expect(skipOf(later.run, later.fresh)).toMatchObject({
      reason: 'successor',
      detail: expect.stringContaining(`${other}, ${pair.old}`) as unknown,
    });
    expect(keyedCount(on)).toBe(2);
  });

  it('is not clear while the one of the same vendor subscription id is alive', async () => {
    const line = product('A', { vendorSubscriptionId: 'v-1' });
    const { licenceId } = await lastMonth(on, customerId, [line]);
    const fresh = addSubscription(on, customerId, [line], THIS_MONTH);
    const run = await on.run();
    expect(skipOf(run, fresh)).toMatchObject({
      reason: 'successor',
      psaId: String(licenceId),
      detail: expect.stringContaining('still alive') as unknown,
    });
  });

  describe('of one that the list lacks', () => {
    it('is clear once the marketplace does not know its id any more', async () => {
      const { old, licenceId } = await lastMonth(on, customerId);
      world().subscriptions.delete(old);
      const fresh = addSubscription(on, customerId, undefined, THIS_MONTH);
      on.sandbox.kernel.calls.clear();
      await on.run();
      expect(licenceOf(on, fresh).id).toBe(licenceId);
      // Asked twice, for the first answer may be another account's.
      expect(on.sandbox.kernel.calls.all().filter((call) => call.path === `/subscriptions/${old}`)).toMatchObject([
        { status: 404 },
        { status: 404 },
      ]);
    });

    it('is none while the marketplace knows it as alive', async () => {
      const { old, licenceId } = await lastMonth(on, customerId);
      const row = structuredClone(world().subscriptions.get(old)!);
      world().subscriptions.delete(old);
      const fresh = addSubscription(on, customerId, undefined, THIS_MONTH);
      on.sandbox.kernel.faults.add({ vendor: 'marketplace', path: `^/subscriptions/${old}$`, times: 0, body: row });
      const run = await on.run();
      expect(keyedCount(on)).toBe(2);
      expect(licenceOf(on, old)).toMatchObject({ id: licenceId, is_active: true });
      expect(licenceOf(on, fresh).id).not.toBe(licenceId);
      expect(run.row.error).toBeNull();
    });

    it('is not clear while the list cannot be proven whole', async () => {
      const { old, licenceId } = await lastMonth(on, customerId);
      world().subscriptions.delete(old);
      const fresh = addSubscription(on, customerId, undefined, THIS_MONTH);
      on.sandbox.kernel.faults.add({
        vendor: 'marketplace',
        path: '^/subscriptions\\?',
        times: 0,
        body: { data: [world().subscriptions.get(fresh)], pagination: { offset: 0, limit: 500, total: 2 } },
      });
      const run = await on.run();
      expect(skipOf(run, fresh)).toMatchObject({
        reason: 'successor',
        psaId: String(licenceId),
        detail: expect.stringContaining('not proven') as unknown,
      });
      expect(run.row.remarks).toEqual([expect.stringContaining('could not be proven whole')]);
    });
  });

  it('that is not clear is settled by a person: linked, or created anyway', async () => {
    const gap = { creationDate: '2026-11-28' };
    const { old, licenceId } = await lastMonth(on, customerId);
    const { fresh } = await thisMonth(on, old, undefined, gap);
    expect(keyedCount(on)).toBe(1);
    await on.link(fresh, 'A', null);
    await on.run();
    expect(licenceOf(on, fresh).id).not.toBe(licenceId);
    expect((await on.run()).changes).toEqual([]);
  });

  it('that somebody says is one goes on in the licence of what ended', async () => {
    const { old, licenceId } = await lastMonth(on, customerId);
    const { fresh } = await thisMonth(on, old, [product('A', { quantity: 8 })], { creationDate: '2026-11-28' });
    await on.link(fresh, 'A', String(licenceId), old);
    await on.run();
    expect(on.sandbox.psa.licences()).toHaveLength(1);
    expect(on.sandbox.psa.licences()[0]).toMatchObject({ id: licenceId, count: 8, is_active: true });
    expect((await on.run()).changes).toEqual([]);
  });
});
