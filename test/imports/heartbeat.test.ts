import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { Confirmation, CONFIRMED_FOR_MS, Heartbeat, type Clocks } from '../../src/imports/heartbeat.js';
import { AttemptLost, ImportCancelled } from '../../src/imports/failure.js';
import { underClientLock } from '../../src/imports/apply/client-lock.js';
import type { ApplyContext } from '../../src/imports/apply/context.js';
import { claimImport, ImportHold } from '../../src/imports/store/import-row.js';
import { HEARTBEAT_EXPIRY_MS } from '../../src/imports/store/take-over.js';
import { begin, endLocks, processOn } from './halted.js';
import { stage, type Stage } from './stage.js';

class Hands implements Clocks {
  constructor(
    public monotonicMs = 1000,
    public wallMs = 2_000_000,
  ) {}
  monotonic(): number {
    return this.monotonicMs;
  }
  wall(): number {
    return this.wallMs;
  }
  pass(ms: number): void {
    this.monotonicMs += ms;
    this.wallMs += ms;
  }
}

describe('What was confirmed', () => {
  const confirmed = async (clocks: Hands): Promise<Confirmation> => {
    const confirmation = new Confirmation(clocks);
    await confirmation.by(() => Promise.resolve());
    return confirmation;
  };

  it('holds for less than the heartbeat needs to expire', () => {
    expect(CONFIRMED_FOR_MS).toBeLessThan(HEARTBEAT_EXPIRY_MS);
  });

  it('holds for a while, and not before it was confirmed at all', async () => {
    const clocks = new Hands();
    expect(new Confirmation(clocks).fresh).toBe(false);
    const confirmation = await confirmed(clocks);
    expect(confirmation.fresh).toBe(true);
    clocks.pass(CONFIRMED_FOR_MS - 1);
    expect(confirmation.fresh).toBe(true);
    clocks.pass(1);
    expect(confirmation.fresh).toBe(false);
  });

  it('does not hold when either clock says that it was long ago: a machine that slept, a wall clock set back', async () => {
    const slept = new Hands();
    const one = await confirmed(slept);
    slept.wallMs += CONFIRMED_FOR_MS;
    expect(one.fresh).toBe(false);
    const setBack = new Hands();
    const other = await confirmed(setBack);
    setBack.wallMs -= 3_600_000;
    expect(other.fresh).toBe(true);
    setBack.monotonicMs += CONFIRMED_FOR_MS;
    expect(other.fresh).toBe(false);
  });

  it('counts from before it was asked, for the answer may be heard late', async () => {
    const clocks = new Hands();
    const confirmation = new Confirmation(clocks);
    await confirmation.by(() => Promise.resolve(clocks.pass(CONFIRMED_FOR_MS)));
    expect(confirmation.fresh).toBe(false);
  });

  it('is not confirmed by a question that fails', async () => {
    const confirmation = new Confirmation(new Hands());
    await expect(confirmation.by(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(confirmation.fresh).toBe(false);
  });
});

describe('A heartbeat', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage({ customers: 16, subscriptions: 12 });
  });
  afterAll(() => on.close());

  async function running(): Promise<{
    id: string;
    clocks: Hands;
    heartbeat: Heartbeat;
    stop: AbortController;
    beats: () => Promise<number>;
  }> {
    await on.reset();
    const id = await on.queue();
    await claimImport(on.database.dataSource, id);
    const clocks = new Hands();
    const stop = new AbortController();
    const heartbeat = new Heartbeat(new ImportHold(on.database.dataSource, id, 1), stop, { clocks });
    const beats = async (): Promise<number> => (await on.result(id)).row.heartbeatAt!.getTime();
    return { id, clocks, heartbeat, stop, beats };
  }

  it('asks before a write only when it was not sure a moment ago', async () => {
    const { heartbeat, clocks, beats } = await running();
    const [claimed] = [await beats()];
    await heartbeat.beforeWrite();
    const asked = await beats();
    expect(asked).toBeGreaterThan(claimed);
    await heartbeat.beforeWrite();
    expect(await beats()).toBe(asked);
    clocks.pass(CONFIRMED_FOR_MS);
    await heartbeat.beforeWrite();
    expect(await beats()).toBeGreaterThan(asked);
    heartbeat.end();
  });

  it('counts from when the import was taken', async () => {
    const { id, heartbeat: another, clocks, beats } = await running();
    another.end();
    const taken = new Confirmation(clocks);
    await taken.by(() => Promise.resolve());
    const heartbeat = new Heartbeat(new ImportHold(on.database.dataSource, id, 1), new AbortController(), { clocks, taken });
    const [claimed] = [await beats()];
    await heartbeat.beforeWrite();
    expect(await beats()).toBe(claimed);
    clocks.pass(CONFIRMED_FOR_MS);
    await heartbeat.beforeWrite();
    expect(await beats()).toBeGreaterThan(claimed);
    heartbeat.end();
  });

  it('asks before a turn in the budget as well, and then for the attempt alone', async () => {
    const { id, heartbeat, clocks } = await running();
    heartbeat.andAlso({ fresh: false, confirm: () => Promise.reject(new Error('A read needs no more than the attempt.')) });
    await heartbeat.beforeTurn();
    await on.database.dataSource.query(`UPDATE imports SET attempt = 2 WHERE id = $1`, [id]);
    await heartbeat.beforeTurn();
    clocks.pass(CONFIRMED_FOR_MS);
    await expect(heartbeat.beforeTurn()).rejects.toBeInstanceOf(AttemptLost);
    heartbeat.end();
  });

  it('asks again when asking took long', async () => {
    const { heartbeat, clocks } = await running();
    let asked = 0;
    const slow = new Confirmation(clocks);
    const held = {
      get fresh() {
        return slow.fresh;
      },
      confirm: () => slow.by(() => Promise.resolve((asked += 1) < 3 ? clocks.pass(CONFIRMED_FOR_MS) : undefined)),
    };
    const letGo = heartbeat.andAlso(held);
    await heartbeat.beforeWrite();
    expect(asked).toBe(3);
    letGo();
    clocks.pass(CONFIRMED_FOR_MS);
    await heartbeat.beforeWrite();
    expect(asked).toBe(3);
    heartbeat.end();
  });

  it('lets no write go out, and stops everything, once the import is in other hands or cancelled', async () => {
    const lost = await running();
    await on.database.dataSource.query(`UPDATE imports SET attempt = 2 WHERE id = $1`, [lost.id]);
    await expect(lost.heartbeat.beforeWrite()).rejects.toBeInstanceOf(AttemptLost);
    expect(lost.stop.signal.reason).toBeInstanceOf(AttemptLost);
    lost.heartbeat.end();
    const cancelled = await running();
    await on.database.dataSource.query(`UPDATE imports SET cancel_requested_at = now() WHERE id = $1`, [cancelled.id]);
    await expect(cancelled.heartbeat.beforeWrite()).rejects.toBeInstanceOf(ImportCancelled);
    expect(cancelled.stop.signal.aborted).toBe(true);
    // What was found out once is not asked again.
    await expect(cancelled.heartbeat.beforeWrite()).rejects.toBeInstanceOf(ImportCancelled);
    cancelled.heartbeat.end();
  });

  it('lets no client be created once the connection that holds the lock is gone', async () => {
    await on.reset();
    const id = await on.queue();
    const process = processOn(on);
    // A look whether it may write clients, one for licences, the first licence, the first client.
    const halted = process.haltBeforeWrite(3);
    const attempt = begin(process.deps, id);
    await halted.reached;
    const clients = on.sandbox.psa.clients().length;
    await endLocks(on);
    process.sleep(CONFIRMED_FOR_MS);
    halted.letGo();
    expect(await attempt).toEqual({ inSeconds: 5 });
    expect((await on.result(id)).row).toMatchObject({ state: 'queued', error: null });
    expect(on.sandbox.psa.clients()).toHaveLength(clients);

    await on.forgetWorker(id);
    await begin(on.deps, id);
    expect((await on.result(id)).row).toMatchObject({ state: 'succeeded_with_skips', attempt: 2 });
    expect(on.sandbox.psa.clients().length).toBeGreaterThan(clients);
  });

  it('of a process that holds the lock on clients and is stopped is missed by Postgres, which ends its session', async () => {
    const { dataSource } = on.database;
    let runner: QueryRunner | undefined;
    const watched = new Proxy(dataSource, {
      get: (target, name) =>
        name === 'createQueryRunner' ? () => (runner = target.createQueryRunner()) : (Reflect.get(target, name, target) as unknown),
    });
    const context = { dataSource: watched, psaInstanceId: on.psaInstance.id, writesNeed: () => () => undefined } as unknown as ApplyContext;
    const timeout = (): Promise<unknown> => runner!.query('SHOW idle_session_timeout');
    await underClientLock(context, async (stillHeld) => {
      await stillHeld();
      expect(await timeout()).toEqual([{ idle_session_timeout: '100s' }]);
    });
    expect(await dataSource.query(`SELECT DISTINCT setting FROM pg_settings WHERE name = 'idle_session_timeout'`)).toEqual([
      { setting: '0' },
    ]);
  });
});
