import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SharedBudget } from '../../src/psa-instances/budget/shared-budget.js';
import { budgetStage, callAll, type BudgetStage } from './budget-stage.js';
import { VirtualTime } from './virtual-time.js';

const WINDOW = 300_000;

let on: BudgetStage;
beforeEach(async () => {
  on = await budgetStage();
});
afterEach(() => on.close());

/** The most calls in any window. */
function most(times: number[], window = WINDOW): number {
  return Math.max(...times.map((start, first) => times.slice(first).filter((time) => time - start <= window).length));
}

describe('the budget of a PSA instance', () => {
  it.each([1, 2, 7, 60])('is kept by four processes together: at most %i calls in any five minutes', async (calls) => {
    await on.allow(calls);
    const time = new VirtualTime(4);
    const budgets = await Promise.all([1, 2, 3, 4].map(() => on.newProcess(time)));
    const made = await callAll(time, budgets, Math.max(3, calls));
    expect(made).toHaveLength(4 * Math.max(3, calls));
    expect(most(made)).toBeLessThanOrEqual(calls);
    // And what is allowed is used: all but the first window's worth comes at nearly half the number for each window.
    const windows = (made.at(-1)! - made[0]!) / WINDOW;
    expect(windows).toBeLessThan((made.length / Math.max(1, calls / 2)) * 1.1 + 1);
  });

  it('lets half of it go at once after a rest', async () => {
    await on.allow(60);
    const time = new VirtualTime(1);
    const made = await callAll(time, [await on.newProcess(time)], 40);
    expect(made.filter((at) => at === made[0])).toHaveLength(30);
  });

  it('is fair: of two processes in line neither is served twice running', async () => {
    await on.allow(20);
    const time = new VirtualTime(2);
    const served: { who: number; at: number }[] = [];
    const budgets = [await on.newProcess(time), await on.newProcess(time)];
    // One of them may be quick enough to have all that goes at once: then it still has ten to stand in line for.
    await callAll(time, budgets, 20, (who) => served.push({ who, at: time.now() }));
    const inLine = served.filter(({ at }) => at > served[0]!.at).map(({ who }) => who);
    const both = inLine.slice(1, inLine.lastIndexOf(1 - inLine.at(-1)!));
    expect(both.length).toBeGreaterThan(8);
    expect(both.filter((who, index) => index > 0 && who === both[index - 1])).toEqual([]);
  });

  it('is fair among tenants, too: one that is alone in its process is served no more often than two that share one', async () => {
    await on.allow(30);
    const time = new VirtualTime(3);
    const alone = await on.newProcess(time);
    const shared = await on.newProcess(time);
    const pool = on.pools.at(-1)!;
    const other = new SharedBudget({
      dataSource: pool,
      psaInstanceId: on.psaInstanceId,
      pace: time,
      databaseNow: () => new Date(time.now()),
    });
    const served: { who: number; at: number }[] = [];
    await callAll(time, [alone, shared, other], 40, (who) => served.push({ who, at: time.now() }));
    // What may go at once goes to whoever is quickest; after that each has its turn, as long as all stand in line.
    const inLine = served.filter(({ at }) => at > served[0]!.at).slice(3, 48);
    const counts = [0, 1, 2].map((who) => inLine.filter((call) => call.who === who).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  it('serves people before the schedule, which goes on all the same', async () => {
    await on.allow(60);
    const time = new VirtualTime(4);
    const busy = await Promise.all([1, 2, 3].map(() => on.newProcess(time, { scheduled: true })));
    const person = await on.newProcess(time);
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
    await on.allow(100);
    const time = new VirtualTime(1);
    const budget = await on.newProcess(time);
    let statements = 0;
    const pool = on.pools.at(-1)!;
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
    await on.allow(2);
    const time = new VirtualTime(1);
    const budget = await on.newProcess(time);
    await budget.take();
    await on.allow(600);
    const before = time.now();
    await callAll(time, [budget], 12);
    // Two a second instead of one in five minutes.
    expect(time.now() - before).toBeLessThan(15_000);

    await on.allow(10);
    time.move(3_600_000);
    const made = await callAll(time, [budget], 20);
    expect(most(made)).toBeLessThanOrEqual(10);
  });

  it('is full again after a rest, and no fuller', async () => {
    await on.allow(60);
    const time = new VirtualTime(1);
    const budget = await on.newProcess(time);
    await callAll(time, [budget], 45);
    time.move(24 * 3_600_000);
    expect(most(await callAll(time, [budget], 70))).toBeLessThanOrEqual(60);
  });
});
