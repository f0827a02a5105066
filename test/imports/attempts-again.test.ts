import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SealingError } from '../../src/database/sealing.js';
import { claimImport } from '../../src/imports/store/import-row.js';
import type { ImportDeps } from '../../src/imports/run-import.js';
import { begin, haltCall } from './halted.js';
import { marketplaceIsDown, queueAs, row, sql } from './rows.js';
import { stage, type Stage } from './stage.js';

const SIZE = { customers: 12, subscriptions: 9 };

describe('After an attempt that did not end its import', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(SIZE);
  });
  beforeEach(() => on.reset(SIZE));
  afterAll(() => on.close());

  const waits = async (id: string): Promise<number> =>
    (await sql<{ s: number }[]>(on, `SELECT round(extract(epoch FROM not_before - now()))::int AS s FROM imports WHERE id = $1`, [id]))[0]!
      .s;
  const due = (id: string): Promise<unknown> => sql(on, `UPDATE imports SET not_before = now() - interval '1 second' WHERE id = $1`, [id]);

  describe('of the integrator, because of a vendor', () => {
    it('it is tried again by itself after ever longer waits, and then fails', async () => {
      const id = await queueAs(on, 'integrator');
      marketplaceIsDown(on);
      for (const [index, minutes] of [2, 10, 30].entries()) {
        const calls = on.sandbox.kernel.calls.count();
        expect(await begin(on.deps, id)).toEqual({ inSeconds: minutes * 60 });
        expect(on.sandbox.kernel.calls.count()).toBeGreaterThan(calls);
        expect(await row(on, id)).toMatchObject({
          state: 'queued',
          phase: 'waiting',
          attempt: index + 1,
          finishedAt: null,
          heartbeatAt: null,
          error: { actor: 'vendor', code: 'marketplace_server' },
          remarks: [`Attempt ${index + 1} of 4 failed; the next one begins by itself about ${minutes} minutes later.`],
        });
        expect(Math.abs((await waits(id)) - minutes * 60)).toBeLessThan(5);

        // Not before its time, whoever asks.
        const waiting = await row(on, id);
        await begin(on.deps, id);
        expect(await row(on, id)).toEqual(waiting);
        await due(id);
      }
      expect(await begin(on.deps, id)).toBeUndefined();
      expect(await row(on, id)).toMatchObject({
        state: 'failed',
        phase: 'done',
        attempt: 4,
        error: { actor: 'vendor' },
        finishedAt: expect.any(Date) as unknown,
      });
    });

    it('it wakes nobody by the log until the last of them failed', async () => {
      const lines: string[] = [];
      const say = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`);
      const deps: ImportDeps = { ...on.deps, logger: { info: say('info'), warn: say('warn'), error: say('error') } };
      const id = await queueAs(on, 'integrator');
      marketplaceIsDown(on);
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        expect(lines).toEqual(Array.from({ length: attempt - 1 }, () => expect.stringMatching(/^warn .*tried again/) as unknown));
        await begin(deps, id);
        await due(id);
      }
      expect(lines.at(-1)).toBe('error import failed');
    });

    it('it goes through once the vendor is back, and nothing of the trouble is left on it', async () => {
      const id = await queueAs(on, 'integrator');
      marketplaceIsDown(on);
      await begin(on.deps, id);
      on.sandbox.kernel.faults.clear();
      await due(id);
      expect(await begin(on.deps, id)).toBeUndefined();
      expect(await row(on, id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, error: null, notBefore: null });
      expect(JSON.stringify((await row(on, id)).remarks)).not.toContain('Attempt 1');
    });

    it('it can be cancelled while it waits, and is not begun again', async () => {
      const id = await queueAs(on, 'integrator');
      marketplaceIsDown(on);
      await begin(on.deps, id);
      await sql(on, `UPDATE imports SET state = 'cancelled', cancel_requested_at = now() WHERE id = $1 AND state = 'queued'`, [id]);
      await due(id);
      const calls = on.sandbox.kernel.calls.count();
      await begin(on.deps, id);
      expect(await row(on, id)).toMatchObject({ state: 'cancelled', attempt: 1 });
      expect(on.sandbox.kernel.calls.count()).toBe(calls);
    });

    it('it does not wait when somebody cancelled it meanwhile', async () => {
      const id = await queueAs(on, 'integrator');
      marketplaceIsDown(on);
      const halted = haltCall(on.sandbox, 'arrived', (call) => call.path.startsWith('/customers'));
      const attempt = begin({ ...on.deps, watchMs: 600_000 }, id);
      await halted.reached;
      await sql(on, `UPDATE imports SET cancel_requested_at = now() WHERE id = $1`, [id]);
      halted.letGo();
      expect(await attempt).toBeUndefined();
      expect(await row(on, id)).toMatchObject({ state: 'cancelled', error: null, notBefore: null });
    });
  });

  it('of the integrator, because Isthmus broke, it is tried again', async () => {
    const id = await queueAs(on, 'integrator');
    const broken: ImportDeps = { ...on.deps, connect: () => Promise.reject(new TypeError('inner text')) };
    expect(await begin(broken, id)).toEqual({ inSeconds: 120 });
    expect(await row(on, id)).toMatchObject({ state: 'queued', error: { actor: 'isthmus', code: 'unexpected' } });
  });

  it('of the integrator, because this process lacks the key of a secret, it is tried again: another may have it', async () => {
    const id = await queueAs(on, 'integrator');
    const lacking = new SealingError('The key is not there.', 'no_key');
    expect(await begin({ ...on.deps, connect: () => Promise.reject(lacking) }, id)).toEqual({ inSeconds: 120 });
    expect(await row(on, id)).toMatchObject({ state: 'queued', error: { actor: 'configuration', code: 'secret_unreadable' } });
  });

  it('of the integrator, because of what people must correct, it fails at once', async () => {
    const id = await queueAs(on, 'integrator');
    await on.set({ enabled: false });
    expect(await begin(on.deps, id)).toBeUndefined();
    expect(await row(on, id)).toMatchObject({ state: 'failed', attempt: 1, error: { actor: 'configuration' } });
  });

  it.each(['manual', 'webhook'] as const)('of a %s import it fails at once, for somebody watches', async (trigger) => {
    const id = await queueAs(on, trigger);
    marketplaceIsDown(on);
    expect(await begin(on.deps, id)).toBeUndefined();
    expect(await row(on, id)).toMatchObject({ state: 'failed', attempt: 1, error: { actor: 'vendor' } });
  });

  /** Dependencies whose database is lost for this process at a call, and away from then on or only for that moment. */
  function losingDatabase(forGood: boolean): ImportDeps {
    let lost = false;
    const { dataSource } = on.database;
    const gone = (): never => {
      throw new Error('Connection terminated unexpectedly');
    };
    return {
      ...on.deps,
      dataSource: new Proxy(dataSource, {
        get(target, name) {
          if (lost && forGood && (name === 'query' || name === 'transaction')) return gone;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
        },
      }),
      async connect(...args) {
        const vendors = await on.deps.connect(...args);
        vendors.psa.eachLicence = () => {
          lost = true;
          return Promise.reject(new Error('Connection terminated unexpectedly'));
        };
        return vendors;
      },
    };
  }

  it('that lost the database for a moment, it is taken up again soon', async () => {
    const id = await on.queue();
    expect(await begin(losingDatabase(false), id)).toEqual({ inSeconds: 5 });
    expect(await row(on, id)).toMatchObject({ state: 'queued', attempt: 1, tries: 1, heartbeatAt: null, error: null });
    await due(id);
    await begin(on.deps, id);
    expect(await row(on, id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2 });
  });

  it('that Postgres ended so that others could go on, it is taken up again soon', async () => {
    const id = await on.queue();
    const deps: ImportDeps = {
      ...on.deps,
      async connect(...args) {
        const vendors = await on.deps.connect(...args);
        vendors.psa.eachLicence = () =>
          sql(on, `DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected'; END $$`);
        return vendors;
      },
    };
    expect(await begin(deps, id)).toEqual({ inSeconds: 5 });
    expect(await row(on, id)).toMatchObject({ state: 'queued', attempt: 1, error: null });
    await due(id);
    await begin(on.deps, id);
    expect(await row(on, id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2 });
  });

  it('that lost the database for good, it stays as it is until it was silent for long enough', async () => {
    const id = await on.queue();
    await expect(begin(losingDatabase(true), id)).rejects.toThrow('Connection terminated');
    expect(await row(on, id)).toMatchObject({ state: 'running', attempt: 1, finishedAt: null });
    expect(await claimImport(on.database.dataSource, id)).toBeNull();
    await on.forgetWorker(id);
    await begin(on.deps, id);
    expect(await row(on, id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2 });
  });
});
