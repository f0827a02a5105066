import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { approveHeld } from '../../src/imports/store/approvals.js';
import { claimImport } from '../../src/imports/store/import-row.js';
import { HEARTBEAT_EXPIRY_MS, LONGEST_PSA_WRITE_MS, MOST_TRIES, SAFE_AFTER_MS } from '../../src/imports/store/take-over.js';
import { LONGEST_WRITE_MS } from '../../src/psa/settings.js';
import type { Call } from '../../src/sandbox/index.js';
import { begin, endLocks, everything, haltCall, processOn, silentFor, type Halt, type Process } from './halted.js';
import { stage, type Stage } from './stage.js';

const SIZE = { customers: 16, subscriptions: 12 };
const SAFE = SAFE_AFTER_MS / 1000;

const isWrite = (call: Call): boolean => call.vendor === 'psa' && call.method === 'POST' && call.path.startsWith('/api/');

describe('An attempt of an import', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(SIZE);
  });
  beforeEach(() => on.reset(SIZE));
  afterAll(() => on.close());

  const row = async (id: string) => (await on.result(id)).row;
  const set = (id: string, columns: string): Promise<unknown> =>
    on.database.dataSource.query(`UPDATE imports SET ${columns} WHERE id = $1`, [id]);

  describe('is begun', () => {
    it('no sooner than the last one can have anything under way: its heartbeat expired, and the longest write over', () => {
      expect(LONGEST_PSA_WRITE_MS).toBe(LONGEST_WRITE_MS);
      expect(SAFE_AFTER_MS).toBe(HEARTBEAT_EXPIRY_MS + LONGEST_WRITE_MS);
    });

    it.each([0, HEARTBEAT_EXPIRY_MS / 1000 + 1, SAFE - 1])('not while the last one was heard of %d seconds ago', async (seconds) => {
      const id = await on.queue();
      await claimImport(on.database.dataSource, id);
      await silentFor(on, id, seconds);
      const before = await row(id);
      await begin(on.deps, id);
      expect(await row(id)).toEqual(before);
      expect(on.sandbox.kernel.calls.count()).toBe(0);
    });

    it('once the last one was silent for long enough', async () => {
      const id = await on.queue();
      await claimImport(on.database.dataSource, id);
      await silentFor(on, id, SAFE + 1);
      await begin(on.deps, id);
      expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, error: null });
    });

    it('not before its time', async () => {
      const id = await on.queue();
      await set(id, `not_before = clock_timestamp() + interval '1 minute'`);
      await begin(on.deps, id);
      expect(await row(id)).toMatchObject({ state: 'queued', attempt: 0 });
      await set(id, `not_before = clock_timestamp() - interval '1 second'`);
      await begin(on.deps, id);
      expect(await row(id)).toMatchObject({ attempt: 1, notBefore: null, phase: 'done' });
    });

    it('once, whatever the number of workers', async () => {
      const id = await on.queue();
      await Promise.all(Array.from({ length: 6 }, () => begin(on.deps, id)));
      expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 1 });
    });

    it('a few times, and then the import fails without another call', async () => {
      const id = await on.queue();
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        expect(await claimImport(on.database.dataSource, id)).toMatchObject({ attempt: tries + 1 });
        await silentFor(on, id, SAFE + 1);
      }
      await begin(on.deps, id);
      const { error, ...ended } = await row(id);
      expect(ended).toMatchObject({ state: 'failed', phase: 'done', finishedAt: expect.any(Date) as unknown });
      expect(error).toMatchObject({ actor: 'isthmus', code: 'too_many_attempts' });
      expect(error?.message).toContain(`${MOST_TRIES} attempts`);
      expect(on.sandbox.kernel.calls.count()).toBe(0);
    });
  });

  it('counts anew once a person approved what the import held', async () => {
    const id = await on.queue();
    await set(id, `state = 'needs_approval', digest = 'seen', attempt = 9, tries = ${MOST_TRIES}`);
    const { dataSource } = on.database;
    const approval = { by: 'somebody', at: new Date().toISOString(), approved: [] };
    expect(await approveHeld((sql, parameters) => dataSource.query(sql, parameters), id, 'seen', approval)).toBe(true);
    await begin(on.deps, id);
    expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 10, tries: 1 });
  });

  it('says that it is alive while nothing goes forward, and is not taken over for that long', async () => {
    const id = await on.queue();
    const halted = haltCall(on.sandbox, 'arrived', (call) => call.vendor === 'marketplace' && call.path.startsWith('/customers'));
    const attempt = begin({ ...on.deps, heartbeat: { everyMs: 5 } }, id);
    await halted.reached;
    for (let beats = 0; beats < 3; beats += 1) {
      await silentFor(on, id, SAFE + 100);
      const silent = async (): Promise<boolean> => Date.now() - (await row(id)).heartbeatAt!.getTime() > SAFE * 1000;
      while (await silent());
    }
    await begin(on.deps, id);
    expect(await row(id)).toMatchObject({ state: 'running', attempt: 1 });
    halted.letGo();
    await attempt;
    expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 1 });
  });

  /** A process that halted somewhere is stopped for long, another one takes the import over and ends it, and then the first one goes on. */
  async function wokenLate(id: string, halted: Halt, first: Process): Promise<{ before: unknown; after: unknown; posts: Call[] }> {
    const attempt = begin(first.deps, id);
    await halted.reached;
    first.sleep(SAFE_AFTER_MS + 1000);
    on.sandbox.kernel.faults.clear();
    do {
      await silentFor(on, id, SAFE + 1);
      await endLocks(on);
      await begin(on.deps, id);
      // What it does beside the call that it halted in may have said meanwhile that it is alive.
    } while ((await row(id)).attempt === 1);
    expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, error: null });
    const before = await everything(on);
    const calls = on.sandbox.kernel.calls.all().length;
    halted.letGo();
    await attempt;
    return { before, after: await everything(on), posts: on.sandbox.kernel.calls.all().slice(calls).filter(isWrite) };
  }

  const READS: [string, (call: Call) => boolean][] = [
    ['the customers', (call) => call.vendor === 'marketplace' && call.path.startsWith('/customers')],
    ['a subscription', (call) => call.vendor === 'marketplace' && /^\/subscriptions\/\d/.test(call.path)],
    ['the orders', (call) => call.vendor === 'marketplace' && call.path.startsWith('/orders')],
    ['the clients', (call) => call.vendor === 'psa' && call.method === 'GET' && call.path.startsWith('/api/Client')],
    ['the licences', (call) => call.vendor === 'psa' && call.method === 'GET' && call.path.startsWith('/api/SoftwareLicence')],
  ];

  describe('that was taken over changes nothing on either side when it wakes up', () => {
    it.each(READS)('while it reads %s', async (_what, chosen) => {
      const id = await on.queue();
      const halted = haltCall(on.sandbox, 'arrived', chosen);
      const { before, after, posts } = await wokenLate(id, halted, processOn(on));
      expect(after).toEqual(before);
      expect(posts).toEqual([]);
    });

    it('after each of its writes was stored, before it heard so', async () => {
      await on.run();
      const writes = on.sandbox.kernel.calls.all().filter(isWrite).length;
      expect(writes).toBeGreaterThan(5);
      for (let nth = 0; nth < writes; nth += 1) {
        await on.reset(SIZE);
        const id = await on.queue();
        const halted = haltCall(on.sandbox, 'handled', isWrite, nth);
        const { before, after, posts } = await wokenLate(id, halted, processOn(on));
        expect(after).toEqual(before);
        expect(posts).toEqual([]);
      }
    });

    it('right before each of its writes, noted as sent already', async () => {
      await on.run();
      const writes = on.sandbox.kernel.calls.all().filter(isWrite).length;
      expect(writes).toBeGreaterThan(5);
      for (let nth = 0; nth < writes; nth += 1) {
        await on.reset(SIZE);
        const id = await on.queue();
        const first = processOn(on);
        const { before, after, posts } = await wokenLate(id, first.haltBeforeWrite(nth), first);
        expect(after).toEqual(before);
        expect(posts).toEqual([]);
      }
    });

    it('between the parts and repeats of an array of updates', async () => {
      const disturb = async (): Promise<string> => {
        await on.reset(SIZE);
        await on.run();
        for (const { subscriptionId } of await on.links())
          on.sandbox.marketplace.world.changeSubscription(subscriptionId, { renewalStatus: false });
        on.sandbox.kernel.calls.clear();
        // Lost once, then refused as an array, so that it is sent again and halved.
        on.sandbox.kernel.faults.add({ vendor: 'psa', method: 'POST', path: '^/api/SoftwareLicence', status: 502, body: '<html></html>' });
        on.sandbox.kernel.faults.add({
          vendor: 'psa',
          method: 'POST',
          path: '^/api/SoftwareLicence',
          after: 1,
          status: 400,
          body: { Message: 'No.' },
        });
        return on.queue();
      };
      await begin(on.deps, await disturb());
      const writes = on.sandbox.kernel.calls.all().filter(isWrite).length;
      expect(writes).toBe(4);
      for (let nth = 0; nth < writes; nth += 1) {
        const id = await disturb();
        const first = processOn(on);
        const { before, after, posts } = await wokenLate(id, first.haltBeforeWrite(nth), first);
        expect(after).toEqual(before);
        expect(posts).toEqual([]);
      }
    });
  });

  it('that slept for long, and that nobody took over, makes sure of it and goes on', async () => {
    const id = await on.queue();
    const sleeper = processOn(on);
    const halted = sleeper.haltBeforeWrite(2);
    const attempt = begin(sleeper.deps, id);
    await halted.reached;
    sleeper.sleep(SAFE_AFTER_MS + 1000);
    await silentFor(on, id, SAFE + 1);
    halted.letGo();
    await attempt;
    expect(sleeper.writes).toBeGreaterThan(3);
    expect(await row(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 1, error: null });
    expect((await row(id)).heartbeatAt!.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('that was cancelled while it slept writes nothing more, and ends so', async () => {
    const id = await on.queue();
    const sleeper = processOn(on);
    const halted = sleeper.haltBeforeWrite(2);
    const attempt = begin(sleeper.deps, id);
    await halted.reached;
    sleeper.sleep(SAFE_AFTER_MS + 1000);
    await set(id, `cancel_requested_at = now()`);
    const writes = on.sandbox.psa.writes();
    halted.letGo();
    await attempt;
    expect(await row(id)).toMatchObject({ state: 'cancelled', error: null });
    expect(on.sandbox.psa.writes()).toEqual(writes);
  });

  it('that is stopped in the middle of a transaction does not keep others out for long', async () => {
    expect(await on.database.dataSource.query(`SHOW idle_in_transaction_session_timeout`)).toEqual([
      { idle_in_transaction_session_timeout: '1min' },
    ]);
  });
});
