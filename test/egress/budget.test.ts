import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../src/egress/index.js';
import { VirtualPace } from './virtual-pace.js';

function setUp(options: { perSecond?: number; burst?: number; max?: number } = {}) {
  const pace = new VirtualPace();
  const startedAt = pace.now();
  const budget = new Budget({ perSecond: 2, burst: 3, ...options, pace });
  return { pace, budget, elapsed: () => pace.now() - startedAt };
}

describe('a budget of calls', () => {
  it('lets a burst pass, then its rate', async () => {
    const { budget, elapsed } = setUp();
    for (let n = 0; n < 3; n += 1) await budget.take();
    expect(elapsed()).toBe(0);
    for (let n = 0; n < 10; n += 1) await budget.take();
    expect(elapsed()).toBe(5000);
  });

  it('fills up again while nobody calls, to the burst and no further', async () => {
    const { budget, pace } = setUp();
    for (let n = 0; n < 3; n += 1) await budget.take();
    pace.move(3_600_000);
    const before = pace.now();
    for (let n = 0; n < 4; n += 1) await budget.take();
    expect(pace.now() - before).toBe(500);
  });

  it('serves concurrent callers in the order they came', async () => {
    const { budget } = setUp({ burst: 1 });
    const served: number[] = [];
    await Promise.all(Array.from({ length: 8 }, (_, n) => budget.take().then(() => served.push(n))));
    expect(served).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('stops everyone for as long as a refusal asks and no longer, then goes on at half the rate', async () => {
    const { budget, elapsed } = setUp();
    budget.refused(30_000);
    expect(budget.perSecond).toBe(1);
    await budget.take();
    expect(elapsed()).toBe(30_000);
    await budget.take();
    expect(elapsed()).toBe(31_000);
  });

  it('pauses longer and longer while refusals name no time and nothing passes', async () => {
    const { budget, pace } = setUp();
    const pauses: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      budget.refused();
      const before = pace.now();
      await budget.take();
      pauses.push(pace.now() - before);
    }
    expect(pauses).toEqual([5000, 7500, 11_250, 16_875, 25_313, 37_969, 56_954, 60_000, 60_000]);
  });

  it('pauses for a second only once it knows how long a window is, until refusals follow each other', async () => {
    const { budget, pace } = setUp();
    const pauseAfterRefusal = async (): Promise<number> => {
      budget.refused();
      const before = pace.now();
      await budget.take();
      return pace.now() - before;
    };
    budget.accepted();
    pace.move(20_000);
    expect(await pauseAfterRefusal()).toBe(5000);
    budget.accepted();
    expect([await pauseAfterRefusal(), await pauseAfterRefusal(), await pauseAfterRefusal()]).toEqual([1000, 1500, 2250]);
  });

  it('waits longer than asked while refusals follow each other with few calls between them', async () => {
    const { budget, pace } = setUp();
    const pauseAfter = async (passed: number): Promise<number> => {
      for (let n = 0; n < passed; n += 1) budget.accepted();
      budget.refused(1000);
      const before = pace.now();
      await budget.take();
      return pace.now() - before;
    };
    expect(await pauseAfter(20)).toBe(1000);
    expect([await pauseAfter(1), await pauseAfter(3), await pauseAfter(2), await pauseAfter(2)]).toEqual([1000, 1500, 2250, 3375]);
    for (let n = 0; n < 10; n += 1) await pauseAfter(1);
    expect(await pauseAfter(1)).toBe(15_000);
    expect(await pauseAfter(20)).toBe(1000);
  });

  it('counts refusals of calls that were under way together as one', () => {
    const { budget } = setUp({ perSecond: 16 });
    for (let n = 0; n < 20; n += 1) budget.refused(1000);
    expect(budget.perSecond).toBe(8);
  });

  it('never stands still, and recovers as calls pass, up to where it may', () => {
    const { budget, pace } = setUp({ perSecond: 16, max: 20 });
    for (let n = 0; n < 30; n += 1) {
      budget.refused(1000);
      pace.move(15_000);
    }
    expect(budget.perSecond).toBe(1);
    budget.accepted();
    expect(budget.perSecond).toBeCloseTo(1.16);
    for (let n = 0; n < 1000; n += 1) budget.accepted();
    expect(budget.perSecond).toBe(20);
  });

  it('is not stopped for hours by a clock that is set back', async () => {
    const { budget, pace } = setUp({ burst: 1 });
    await budget.take();
    budget.refused(1000);
    pace.move(-3_600_000);
    const before = pace.now();
    await budget.take();
    expect(pace.now() - before).toBeLessThan(5000);
  });

  it('lets a caller give up without holding up those behind', async () => {
    const { budget } = setUp({ burst: 1 });
    const controller = new AbortController();
    await budget.take();
    const order: string[] = [];
    const first = budget.take().then(() => order.push('first'));
    const second = budget.take(controller.signal).catch((error: unknown) => order.push(String(error)));
    const third = budget.take().then(() => order.push('third'));
    controller.abort('gave up');
    await Promise.all([first, second, third]);
    expect(order).toEqual(['gave up', 'first', 'third']);
  });
});
