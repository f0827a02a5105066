import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/sandbox/index.js';
import { begin, haltCall } from './halted.js';
import { stage, type Stage } from './stage.js';

const SIZE = { customers: 16, subscriptions: 12 };

const isWrite = (call: Call): boolean =>
  call.vendor === 'psa' && call.method === 'POST' && call.records > 0 && call.path.startsWith('/api/');

describe('When a process is asked to stop, an import', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(SIZE);
  });
  beforeEach(() => on.reset(SIZE));
  afterAll(() => on.close());

  const row = async (id: string) => (await on.result(id)).row;
  const stopping = new Error('Isthmus is stopping');

  it('that waits is not begun any more', async () => {
    const id = await on.queue();
    await expect(begin(on.deps, id, AbortSignal.abort(stopping))).rejects.toBe(stopping);
    expect(await row(id)).toMatchObject({ state: 'queued', attempt: 0 });
  });

  it('that waits for a vendor is handed back at once, and does not count as an attempt that failed', async () => {
    const id = await on.queue();
    const stop = new AbortController();
    const halted = haltCall(on.sandbox, 'arrived', (call) => call.path.startsWith('/customers'));
    const attempt = begin(on.deps, id, stop.signal);
    await halted.reached;
    stop.abort(stopping);
    await expect(attempt).rejects.toThrow();
    halted.letGo();
    expect(await row(id)).toMatchObject({
      state: 'queued',
      phase: 'waiting',
      attempt: 1,
      tries: 0,
      heartbeatAt: null,
      notBefore: null,
      error: null,
      finishedAt: null,
    });
    await begin(on.deps, id);
    expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, tries: 1 });
  });

  it('that writes waits for the write that is under way, settles it, and begins no other', async () => {
    await on.run();
    const creates = on.sandbox.kernel.calls.all().filter(isWrite).length;
    for (let nth = 0; nth < creates; nth += 1) {
      await on.reset(SIZE);
      const id = await on.queue();
      const stop = new AbortController();
      const halted = haltCall(on.sandbox, 'handled', isWrite, nth);
      const attempt = begin(on.deps, id, stop.signal);
      await halted.reached;
      const stored = on.sandbox.psa.writes();
      stop.abort(stopping);
      halted.letGo();
      await expect(attempt).rejects.toThrow();

      expect(on.sandbox.psa.writes()).toEqual(stored);
      const { changes, row: left } = await on.result(id);
      expect(left).toMatchObject({ state: 'queued', attempt: 1, tries: 0, heartbeatAt: null });
      expect(changes.filter((change) => change.state === 'sent')).toEqual([]);
      const { clients, licences } = stored;
      expect(changes.filter((change) => change.state === 'applied' && change.action === 'create')).toHaveLength(clients + licences);

      await begin(on.deps, id);
      expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, counts: { failed: 0 } });
      expect((await on.run()).changes).toEqual([]);
    }
  });

  it('that updates settles the array that is under way, and begins no other', async () => {
    await on.reset({ customers: 40, subscriptions: 80 });
    await on.run();
    for (const { subscriptionId } of await on.links())
      on.sandbox.marketplace.world.changeSubscription(subscriptionId, { renewalStatus: false });
    const id = await on.queue();
    const stop = new AbortController();
    const halted = haltCall(on.sandbox, 'handled', isWrite);
    const attempt = begin(on.deps, id, stop.signal);
    await halted.reached;
    const stored = on.sandbox.kernel.calls.all().findLast(isWrite)!.records;
    stop.abort(stopping);
    halted.letGo();
    await expect(attempt).rejects.toThrow();
    const { changes, row: left } = await on.result(id);
    expect(left).toMatchObject({ state: 'queued', attempt: 1 });
    expect(changes.length).toBeGreaterThan(stored);
    const byState = Map.groupBy(changes, (change) => change.state);
    expect([...byState].map(([state, those]) => [state, those.length])).toEqual([
      ['applied', stored],
      ['planned', changes.length - stored],
    ]);
  });
});
