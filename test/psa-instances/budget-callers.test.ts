import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import { SharedBudget } from '../../src/psa-instances/budget/shared-budget.js';
import { Relay } from '../support/relay.js';
import { budgetStage, callAll, type BudgetStage } from './budget-stage.js';
import { VirtualTime } from './virtual-time.js';

let on: BudgetStage;
beforeEach(async () => {
  on = await budgetStage();
});
afterEach(() => on.close());

async function left(): Promise<number> {
  const [row] = await on.database.dataSource.query<{ tokens: number }[]>('SELECT tokens FROM psa_budgets');
  return row!.tokens;
}

describe('a caller', () => {
  it('who gives up while waiting gets no turn, and costs nobody one', async () => {
    await on.allow(20);
    const time = new VirtualTime(1);
    const budget = await on.newProcess(time);
    for (let n = 0; n < 10; n += 1) await budget.take();
    const stop = new AbortController();
    const before = await left();
    const asleep = Promise.withResolvers<void>();
    const impatient = await on.newProcess(time, {
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
    await on.allow(2);
    const time = new VirtualTime(1);
    const budget = await on.newProcess(time, { longestWaitMs: 10_000 });
    await budget.take();
    await expect(budget.take()).rejects.toMatchObject({ name: 'UpstreamError', kind: 'throttled', retryAfterMs: 305_000 });
    await expect(budget.take()).rejects.toMatchObject({ retryAfterMs: 305_000 });
  });

  it('is not stopped for hours by a clock that was set back', async () => {
    await on.allow(60);
    const time = new VirtualTime(1);
    const budget = await on.newProcess(time);
    await callAll(time, [budget], 30);
    budget.refused(120_000);
    await budget.told();
    time.move(-24 * 3_600_000);
    const before = time.now();
    const late = new VirtualTime(1);
    late.move(before - late.now());
    await callAll(late, [await on.newProcess(late)], 3);
    expect(late.now() - before).toBeLessThan(60_000);
  });

  it('of a PSA instance that is gone is told so', async () => {
    await on.database.dataSource.manager.delete(PsaInstance, { id: on.psaInstanceId });
    await expect((await on.newProcess(new VirtualTime(1))).take()).rejects.toThrow('no PSA instance');
  });

  it('is told when the database is out of reach, and served when it is back', async () => {
    const relay = await Relay.to(on.database.url);
    const dataSource = await connect(relay.url, { attempts: 1 });
    on.pools.push(dataSource);
    const budget = new SharedBudget({ dataSource, psaInstanceId: on.psaInstanceId, pace: new VirtualTime(1) });
    await budget.take();
    await relay.cut();
    await expect(budget.take()).rejects.toMatchObject({
      name: 'DatabaseUnavailable',
      message: expect.stringContaining('nothing is called'),
    });
    await relay.mend();
    await budget.take();

    // A network that takes everything and answers nothing.
    const impatient = new SharedBudget({ dataSource, psaInstanceId: on.psaInstanceId, pace: new VirtualTime(1), patienceMs: 50 });
    relay.swallow();
    await expect(impatient.take()).rejects.toMatchObject({ name: 'DatabaseUnavailable', message: expect.stringContaining('in time') });
    await relay.cut();
  });
});
