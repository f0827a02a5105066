import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SharedBudget } from '../../src/psa-instances/budget/shared-budget.js';
import { budgetStage, type BudgetStage } from './budget-stage.js';
import { VirtualTime } from './virtual-time.js';

let on: BudgetStage;
beforeEach(async () => {
  on = await budgetStage();
});
afterEach(() => on.close());

describe('a refusal', () => {
  let time: VirtualTime;
  let refused: SharedBudget;
  let other: SharedBudget;
  beforeEach(async () => {
    await on.allow(600);
    time = new VirtualTime(1);
    [refused, other] = [await on.newProcess(time), await on.newProcess(time)];
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
    await on.allow(20);
    const two = new VirtualTime(2);
    two.move(time.now() - two.now() + 3_600_000);
    const [first, second] = [await on.newProcess(two), await on.newProcess(two)];
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
