import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import type { Call } from '../../src/sandbox/index.js';
import { standing } from './expected.js';
import { stage, type Stage } from './stage.js';

const SIZE = { customers: 30, subscriptions: 30 };
/** No test lasts for so long. */
const NEVER_MS = 2 ** 31 - 1;

describe('An import', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(SIZE);
  });
  beforeEach(() => on.reset(SIZE));
  afterAll(() => on.close());

  describe('that is cancelled', () => {
    const cancel = (id: string): Promise<unknown> =>
      on.database.dataSource.query(`UPDATE imports SET cancel_requested_at = now() WHERE id = $1`, [id]);

    it('while it writes, ends soon, and says what was done', async () => {
      const before = on.sandbox.psa.licences().length;
      const id = await on.queue();
      let posts = 0;
      const deps = {
        ...on.deps,
        async connect(...args: Parameters<typeof on.deps.connect>) {
          const vendors = await on.deps.connect(...args);
          const post = vendors.psa.createLicences.bind(vendors.psa);
          vendors.psa.createLicences = async (licences) => {
            posts += licences.length > 0 ? 1 : 0;
            const outcome = await post(licences);
            if (posts === 1) await cancel(id);
            return outcome;
          };
          return vendors;
        },
      };
      await runImport(deps, id, new AbortController().signal);
      const { row, changes } = await on.result(id);
      const applied = changes.filter((change) => change.state === 'applied');
      expect(row).toMatchObject({ state: 'cancelled', phase: 'done', error: null, counts: { licences: { created: 1 } } });
      expect(row.remarks).toEqual([
        `It was cancelled after ${applied.length} of ${changes.length} changes; what was done stays done, and the rest was not begun.`,
      ]);
      expect(changes.every((change) => change.state === 'applied' || change.state === 'superseded')).toBe(true);
      expect(on.sandbox.psa.licences().length).toBe(before + 1);
      expect((await on.run()).row.state).toBe('succeeded_with_skips');
    });

    it('while everybody waits for the marketplace, ends without waiting for it', async () => {
      const id = await on.queue();
      const [busy, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let waiting = 0;
      const arrived = (call: Call): Promise<void> | undefined => {
        if (!/^\/subscriptions\/\d/.test(call.path)) return undefined;
        waiting += 1;
        if (waiting === 8) busy.resolve();
        return answered.promise;
      };
      on.sandbox.kernel.watch = { arrived };
      // It looks, and does not only find out when it next says that it is alive.
      const deps = { ...on.deps, watchMs: 20, heartbeat: { everyMs: NEVER_MS } };
      const running = runImport(deps, id, new AbortController().signal);
      await busy.promise;
      await cancel(id);
      // The marketplace answers once it has ended, and not before.
      await running.finally(() => answered.resolve());
      expect((await on.result(id)).row).toMatchObject({
        state: 'cancelled',
        error: null,
        remarks: ['It was cancelled before anything was changed.'],
      });
    });

    it('before an attempt begins: it ends without a call that matters', async () => {
      const id = await on.queue();
      await cancel(id);
      await runImport(on.deps, id, new AbortController().signal);
      expect((await on.result(id)).row.state).toBe('cancelled');
      expect(standing(on.sandbox).licences.some((licence) => String(licence['snowid']).startsWith('ingram/'))).toBe(false);
    });
  });

  describe('whose worker', () => {
    it('is told to stop, leaves the import to the next attempt', async () => {
      const id = await on.queue();
      const stopping = new AbortController();
      const { now } = on.deps;
      let asked = 0;
      // Somewhere in the middle of reading details.
      const deps = { ...on.deps, now: () => ((asked += 1) === 12 && stopping.abort(new Error('Isthmus is stopping')), now()) };
      await expect(runImport(deps, id, stopping.signal)).rejects.toThrow('Isthmus is stopping');
      const left = (await on.result(id)).row;
      expect(left).toMatchObject({ attempt: 1, error: null, finishedAt: null });
      expect(['running', 'queued']).toContain(left.state);
      await on.forgetWorker(id);
      await runImport(on.deps, id, new AbortController().signal);
      const { row, skips } = await on.result(id);
      expect(row).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, counts: { skipped: skips.length } });
      expect(row.callsMarketplace + row.callsPsa).toBeGreaterThan(40);
    });

    it('lost the import to another one, writes nothing more: not to the PSA, not to the database', async () => {
      const id = await on.queue();
      let taken = false;
      const deps = {
        ...on.deps,
        async connect(...args: Parameters<typeof on.deps.connect>) {
          const vendors = await on.deps.connect(...args);
          const read = vendors.psa.eachLicence.bind(vendors.psa);
          vendors.psa.eachLicence = async (filter, take) => {
            const look = await read(filter, take);
            if (!taken) {
              taken = true;
              await on.database.dataSource.query(`UPDATE imports SET attempt = attempt + 1 WHERE id = $1`, [id]);
            }
            return look;
          };
          return vendors;
        },
      };
      const before = standing(on.sandbox);
      await runImport(deps, id, new AbortController().signal);
      expect(taken).toBe(true);
      expect(standing(on.sandbox)).toEqual(before);
      const { row, changes } = await on.result(id);
      expect(row).toMatchObject({ state: 'running', attempt: 2, finishedAt: null });
      expect(changes).toEqual([]);
      expect(await on.mappings()).toEqual([]);
    });

    it('comes too late: an import that is over is not begun again', async () => {
      const { row } = await on.run();
      await runImport(on.deps, row.id, new AbortController().signal);
      expect((await on.result(row.id)).row).toEqual(row);
    });
  });
});
