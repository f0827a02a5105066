import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { SharedBudget } from '../../src/psa-instances/budget/shared-budget.js';
import { snapshot } from '../support/snapshot.js';
import { budgetStage, type BudgetStage } from './budget-stage.js';
import { VirtualTime } from './virtual-time.js';

const TEN_MINUTES = 600_000;

let on: BudgetStage;
let time: VirtualTime;
beforeEach(async () => {
  on = await budgetStage();
  await on.allow(20);
  time = new VirtualTime(1);
});
afterEach(() => on.close());

/** A process whose turns are minutes away, and which stands still while it waits for one, until it is woken. */
interface Stopped {
  budget: SharedBudget;
  asleep: Promise<void>;
  wake(): void;
  /** Settles once everything that it asked of the database was answered. */
  quiet(): Promise<void>;
}

async function stopped(): Promise<Stopped> {
  const all = await on.newProcess(time);
  for (let n = 0; n < 10; n += 1) await all.take();
  const [asleep, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asked: Promise<unknown>[] = [];
  const dataSource = {
    query: (sql: string, parameters: unknown[]) => {
      const answer = on.database.dataSource.query(sql, parameters);
      asked.push(answer);
      return answer;
    },
  } as unknown as DataSource;
  const sleep = (_ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
      void woken.promise.then(resolve);
      asleep.resolve();
    });
  return {
    budget: await on.newProcess(time, { dataSource, pace: { sleep } }),
    asleep: asleep.promise,
    wake: () => woken.resolve(),
    async quiet() {
      // Whatever was just set off comes to its statement.
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all(asked);
    },
  };
}

describe('a process that was stopped while it stood in line', () => {
  it('takes no other turn for those who may go on no more, and tells them why', async () => {
    const { budget, asleep, wake } = await stopped();
    let lost = false;
    const permit = (): Promise<void> => (lost ? Promise.reject(new Error('In other hands')) : Promise.resolve());
    const waiting = [budget.take(undefined, permit), budget.take(undefined, permit)];
    await asleep;
    time.move(TEN_MINUTES);
    lost = true;
    const before = await snapshot(on.database.dataSource);
    wake();
    const ends = await Promise.allSettled(waiting);
    expect(ends).toEqual(ends.map(() => ({ status: 'rejected', reason: new Error('In other hands') })));
    expect(await snapshot(on.database.dataSource)).toEqual(before);
  });

  it('takes another one for those who may', async () => {
    const { budget, asleep, wake } = await stopped();
    let asked = 0;
    const lost = budget.take(undefined, () => ((asked += 1) > 1 ? Promise.reject(new Error('In other hands')) : Promise.resolve()));
    const waiting = budget.take(undefined, () => Promise.resolve());
    await asleep;
    time.move(TEN_MINUTES);
    wake();
    await expect(lost).rejects.toThrow('In other hands');
    await waiting;
  });

  it('gives no turn back that it missed: it would come on top of a budget that is full again', async () => {
    const { budget, asleep, quiet } = await stopped();
    const stop = new AbortController();
    const waiting = budget.take(stop.signal);
    await asleep;
    time.move(TEN_MINUTES);
    const before = await snapshot(on.database.dataSource);
    stop.abort(new Error('Stopped'));
    await expect(waiting).rejects.toThrow('Stopped');
    await quiet();
    expect(await snapshot(on.database.dataSource)).toEqual(before);
  });
});
