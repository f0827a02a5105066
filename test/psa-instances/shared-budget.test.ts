import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { PsaInstance } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import { SharedBudget, type SharedBudgetOptions } from '../../src/psa-instances/budget/shared-budget.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

import { Relay } from '../support/relay.js';
import { storePsaInstance } from '../support/psa-instance.js';
import { VirtualTime } from './virtual-time.js';

const WINDOW = 300_000;

let database: TestDatabase;
let psaInstanceId: string;
const pools: DataSource[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  psaInstanceId = await storePsaInstance(database.dataSource);
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.destroy()));
  await database.close();
});

async function allow(callsPer5Minutes: number): Promise<void> {
  await database.dataSource.manager.update(PsaInstance, { id: psaInstanceId }, { callsPer5Minutes });
}

/** One process: a pool and a budget of its own. */
async function newProcess(time: VirtualTime, more: Partial<SharedBudgetOptions> = {}): Promise<SharedBudget> {
  const dataSource = await connect(database.url, { attempts: 1, poolSize: 3 });
  pools.push(dataSource);
  return new SharedBudget({ dataSource, psaInstanceId, pace: time, databaseNow: () => new Date(time.now()), ...more });
}

/** As many processes, each making so many calls one after another; gives when each call was made. */
async function callAll(
  time: VirtualTime,
  budgets: SharedBudget[],
  callsEach: number,
  at: (who: number) => void = () => {},
): Promise<number[]> {
  const made: number[] = [];
  await Promise.all(
    budgets.map(async (budget, who) => {
      for (let n = 0; n < callsEach; n += 1) {
        await budget.take();
        made.push(time.now());
        at(who);
      }
      time.leave();
    }),
  );
  return made.sort((a, b) => a - b);
}

/** The most calls in any window. */
function most(times: number[], window = WINDOW): number {
  return Math.max(...times.map((start, first) => times.slice(first).filter((time) => time - start <= window).length));
}

describe('the budget of a PSA instance', () => {
  it.each([1, 2, 7, 60])('is kept by four processes together: at most %i calls in any five minutes', async (calls) => {
    await allow(calls);
    const time = new VirtualTime(4);
    const budgets = await Promise.all([1, 2, 3, 4].map(() => newProcess(time)));
    const made = await callAll(time, budgets, Math.max(3, calls));
    expect(made).toHaveLength(4 * Math.max(3, calls));
    expect(most(made)).toBeLessThanOrEqual(calls);
    // And what is allowed is used: all but the first window's worth comes at nearly half the number for each window.
    const windows = (made.at(-1)! - made[0]!) / WINDOW;
    expect(windows).toBeLessThan((made.length / Math.max(1, calls / 2)) * 1.1 + 1);
  });

  it('lets half of it go at once after a rest', async () => {
    await allow(60);
    const time = new VirtualTime(1);
    const made = await callAll(time, [await newProcess(time)], 40);
    expect(made.filter((at) => at === made[0])).toHaveLength(30);
  });

  it('is fair: of two processes in line neither is served twice running', async () => {
    await allow(20);
    const time = new VirtualTime(2);
    const served: { who: number; at: number }[] = [];
    const budgets = [await newProcess(time), await newProcess(time)];
    await callAll(time, budgets, 15, (who) => served.push({ who, at: time.now() }));
    const inLine = served.filter(({ at }) => at > served[0]!.at).map(({ who }) => who);
    const both = inLine.slice(1, inLine.lastIndexOf(1 - inLine.at(-1)!));
    expect(both.length).toBeGreaterThan(8);
    expect(both.filter((who, index) => index > 0 && who === both[index - 1])).toEqual([]);
  });

  it('is fair among tenants, too: one that is alone in its process is served no more often than two that share one', async () => {
    await allow(30);
    const time = new VirtualTime(3);
    const alone = await newProcess(time);
    const shared = await newProcess(time);
    const pool = pools.at(-1)!;
    const other = new SharedBudget({ dataSource: pool, psaInstanceId, pace: time, databaseNow: () => new Date(time.now()) });
    const served: { who: number; at: number }[] = [];
    await callAll(time, [alone, shared, other], 40, (who) => served.push({ who, at: time.now() }));
    // What may go at once goes to whoever is quickest; after that each has its turn, as long as all stand in line.
    const inLine = served.filter(({ at }) => at > served[0]!.at).slice(3, 48);
    const counts = [0, 1, 2].map((who) => inLine.filter((call) => call.who === who).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  it('serves people before the schedule, which goes on all the same', async () => {
    await allow(60);
    const time = new VirtualTime(4);
    const busy = await Promise.all([1, 2, 3].map(() => newProcess(time, { scheduled: true })));
    const person = await newProcess(time);
    const calls: string[] = [];
    const spans: number[] = [];
    await Promise.all([
      callAll(time, busy, 40, () => calls.push('schedule')),
      (async () => {
        // What may go at once is used up by then.
        await time.sleep(60_000);
        const began = time.now();
        for (let n = 0; n < 20; n += 1) {
          await person.take();
          calls.push('person');
        }
        spans.push(time.now() - began);
        time.leave();
      })(),
    ]);
    const first = calls.indexOf('person');
    const between = calls.slice(first, calls.lastIndexOf('person')).filter((who) => who === 'schedule').length;
    // A tenth of a call goes each second: alone, twenty take about 200 s; each in its turn among four, 800 s.
    expect(between).toBeLessThan(12);
    expect(between).toBeGreaterThan(2);
    expect(spans[0]!).toBeLessThan(400_000);
    expect(calls.filter((who) => who === 'schedule').length).toBe(120);
  });

  it('serves many callers of one process with few statements, in the order they came', async () => {
    await allow(100);
    const time = new VirtualTime(1);
    const budget = await newProcess(time);
    let statements = 0;
    const pool = pools.at(-1)!;
    const query = pool.query.bind(pool);
    pool.query = ((sql: string, parameters?: unknown[]) => {
      statements += 1;
      return query(sql, parameters as never);
    }) as typeof pool.query;
    const order: number[] = [];
    await Promise.all(Array.from({ length: 40 }, (_, n) => budget.take().then(() => order.push(n))));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(statements).toBeLessThanOrEqual(10);
  });

  it('follows a change of what is allowed at once, in processes that run', async () => {
    await allow(2);
    const time = new VirtualTime(1);
    const budget = await newProcess(time);
    await budget.take();
    await allow(600);
    const before = time.now();
    await callAll(time, [budget], 12);
    // Two a second instead of one in five minutes.
    expect(time.now() - before).toBeLessThan(15_000);

    await allow(10);
    time.move(3_600_000);
    const made = await callAll(time, [budget], 20);
    expect(most(made)).toBeLessThanOrEqual(10);
  });

  it('is full again after a rest, and no fuller', async () => {
    await allow(60);
    const time = new VirtualTime(1);
    const budget = await newProcess(time);
    await callAll(time, [budget], 45);
    time.move(24 * 3_600_000);
    expect(most(await callAll(time, [budget], 70))).toBeLessThanOrEqual(60);
  });
});

describe('a refusal', () => {
  let time: VirtualTime;
  let refused: SharedBudget;
  let other: SharedBudget;
  beforeEach(async () => {
    await allow(600);
    time = new VirtualTime(1);
    [refused, other] = [await newProcess(time), await newProcess(time)];
    await refused.take();
    await other.take();
  });

  /** Tells of a refusal, and gives how long the other process then waits for its turn. */
  async function pausedFor(retryAfterMs?: number): Promise<number> {
    const before = time.now();
    refused.refused(retryAfterMs);
    await refused.told();
    await other.take();
    return time.now() - before;
  }

  it('pauses every process for as long as the PSA asked', async () => {
    const paused = await pausedFor(40_000);
    expect(paused).toBeGreaterThanOrEqual(40_000);
    expect(paused).toBeLessThan(43_000);
  });

  it('pauses for a while of its own if the PSA names none, longer with each refusal, up to a minute', async () => {
    const waits: number[] = [];
    for (let n = 0; n < 4; n += 1) waits.push((await pausedFor()) / 1000);
    expect(waits[0]).toBeGreaterThanOrEqual(15);
    expect(waits[0]).toBeLessThan(18);
    expect(waits[1]).toBeGreaterThan(25);
    // A minute, and a turn at the slowed rate.
    expect(waits[3]).toBeGreaterThanOrEqual(60);
    expect(waits[3]).toBeLessThan(80);
  });

  it.each([
    ['negative', -5000],
    ['no number', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['over a day', 25 * 3_600_000],
  ])('takes an absurd time (%s) for none', async (_what, ms) => {
    expect(await pausedFor(ms)).toBeLessThan(18_000);
  });

  it('is believed for no more than five minutes', async () => {
    const paused = await pausedFor(3_600_000);
    expect(paused).toBeGreaterThanOrEqual(300_000);
    expect(paused).toBeLessThan(303_000);
  });

  it('slows down once for calls that were refused together, and heals with time', async () => {
    const rate = async (): Promise<number> => {
      const before = time.now();
      for (let n = 0; n < 20; n += 1) await other.take();
      return 20_000 / (time.now() - before);
    };
    for (let n = 0; n < 5; n += 1) refused.refused(1000);
    await refused.take();
    const slow = await rate();
    expect(slow).toBeGreaterThan(0.4);
    expect(slow).toBeLessThan(0.7);
    time.move(600_000);
    for (let n = 0; n < 300; n += 1) await other.take();
    expect(await rate()).toBeGreaterThan(0.9);
  });

  it('voids turns that were waited for', async () => {
    await allow(20);
    const two = new VirtualTime(2);
    two.move(time.now() - two.now() + 3_600_000);
    const [first, second] = [await newProcess(two), await newProcess(two)];
    for (let n = 0; n < 10; n += 1) await first.take();
    const waiting = first.take();
    const told = two.now();
    second.refused(60_000);
    await second.told();
    two.leave();
    await waiting;
    expect(two.now() - told).toBeGreaterThanOrEqual(60_000);
  });
});

async function left(): Promise<number> {
  const [row] = await database.dataSource.query<{ tokens: number }[]>('SELECT tokens FROM psa_budgets');
  return row!.tokens;
}

describe('a caller', () => {
  it('who gives up while waiting gets no turn, and costs nobody one', async () => {
    await allow(20);
    const time = new VirtualTime(1);
    const budget = await newProcess(time);
    for (let n = 0; n < 10; n += 1) await budget.take();
    const stop = new AbortController();
    const before = await left();
    const asleep = Promise.withResolvers<void>();
    const impatient = await newProcess(time, {
      pace: {
        sleep: (_ms, signal) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason as Error));
            asleep.resolve();
          }),
      },
    });
    const waiting = impatient.take(stop.signal);
    await asleep.promise;
    expect(await left()).toBe(before - 1);
    stop.abort(new Error('Stopped'));
    await expect(waiting).rejects.toThrow('Stopped');
    while ((await left()) !== before) await new Promise((resolve) => setImmediate(resolve));
    await expect(impatient.take(AbortSignal.abort(new Error('Stopped before')))).rejects.toThrow('Stopped before');
  });

  it('who may not wait long is told when to come back', async () => {
    await allow(2);
    const time = new VirtualTime(1);
    const budget = await newProcess(time, { longestWaitMs: 10_000 });
    await budget.take();
    await expect(budget.take()).rejects.toMatchObject({ name: 'UpstreamError', kind: 'throttled', retryAfterMs: 305_000 });
    await expect(budget.take()).rejects.toMatchObject({ retryAfterMs: 305_000 });
  });

  it('is not stopped for hours by a clock that was set back', async () => {
    await allow(60);
    const time = new VirtualTime(1);
    const budget = await newProcess(time);
    await callAll(time, [budget], 30);
    budget.refused(120_000);
    await budget.told();
    time.move(-24 * 3_600_000);
    const before = time.now();
    const late = new VirtualTime(1);
    late.move(before - late.now());
    await callAll(late, [await newProcess(late)], 3);
    expect(late.now() - before).toBeLessThan(60_000);
  });

  it('of a PSA instance that is gone is told so', async () => {
    await database.dataSource.manager.delete(PsaInstance, { id: psaInstanceId });
    await expect((await newProcess(new VirtualTime(1))).take()).rejects.toThrow('no PSA instance');
  });

  it('is told when the database is out of reach, and served when it is back', async () => {
    const relay = await Relay.to(database.url);
    const dataSource = await connect(relay.url, { attempts: 1 });
    pools.push(dataSource);
    const budget = new SharedBudget({ dataSource, psaInstanceId, pace: new VirtualTime(1) });
    await budget.take();
    await relay.cut();
    await expect(budget.take()).rejects.toMatchObject({
      name: 'DatabaseUnavailable',
      message: expect.stringContaining('nothing is called'),
    });
    await relay.mend();
    await budget.take();

    // A network that takes everything and answers nothing.
    const impatient = new SharedBudget({ dataSource, psaInstanceId, pace: new VirtualTime(1), patienceMs: 50 });
    relay.swallow();
    await expect(impatient.take()).rejects.toMatchObject({ name: 'DatabaseUnavailable', message: expect.stringContaining('in time') });
    await relay.cut();
  });
});
