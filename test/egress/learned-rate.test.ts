import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../src/egress/index.js';
import { VirtualPace } from './virtual-pace.js';

/** How a vendor counts: undefined when a call passes, else in how many milliseconds the next one does. */
type Limit = (now: number) => number | undefined;

function sliding(calls: number, windowMs: number): Limit {
  let passed: number[] = [];
  return (now) => {
    passed = passed.filter((at) => at > now - windowMs);
    if (passed.length >= calls) return passed[0]! + windowMs - now;
    passed.push(now);
    return undefined;
  };
}

function fixed(calls: number, windowMs: number): Limit {
  let window = -1;
  let passed = 0;
  return (now) => {
    if (Math.floor(now / windowMs) !== window) [window, passed] = [Math.floor(now / windowMs), 0];
    if (passed >= calls) return (window + 1) * windowMs - now;
    passed += 1;
    return undefined;
  };
}

/** Eight callers, as many calls as they can make in so long. Retry-After is in whole seconds, as vendors say it. */
async function used(limit: Limit, options: { hours: number; latencyMs?: number; says?: boolean; perSecond?: number }) {
  const { hours, latencyMs = 100, says = true, perSecond = 2 } = options;
  const pace = new VirtualPace();
  const budget = new Budget({ perSecond, burst: 60, max: 25, pace });
  const end = pace.now() + hours * 3_600_000;
  let passed = 0;
  let refused = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      await budget.take();
      if (pace.now() >= end) return;
      const wait = limit(pace.now());
      await pace.sleep(latencyMs);
      if (wait === undefined) {
        passed += 1;
        budget.accepted();
      } else {
        refused += 1;
        const retryAfterMs = Math.ceil(wait / 1000) * 1000;
        budget.refused(says ? retryAfterMs : undefined);
        await pace.sleep(says ? retryAfterMs : 1000);
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  return { passed, perSecond: passed / (hours * 3600), refusedShare: refused / (passed + refused) };
}

describe('A rate that is learned from refusals', () => {
  it.each<[string, () => Limit, number, number]>([
    ['190 calls in any minute', () => sliding(190, 60_000), 190 / 60, 0.95],
    ['60 calls in any minute', () => sliding(60, 60_000), 1, 0.93],
    ['700 calls in any five minutes', () => sliding(700, 300_000), 700 / 300, 0.95],
    ['190 calls in each minute of the clock', () => fixed(190, 60_000), 190 / 60, 0.95],
    ['600 calls in each five minutes of the clock', () => fixed(600, 300_000), 2, 0.95],
  ])('uses nearly all of %s, and nearly no call is refused', async (_limit, limit, perSecond, share) => {
    const found = await used(limit(), { hours: 1 });
    expect(found.perSecond / perSecond).toBeGreaterThan(share);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('does so from the first minutes on', async () => {
    const found = await used(sliding(190, 60_000), { hours: 0.1 });
    expect(found.perSecond / (190 / 60)).toBeGreaterThan(0.95);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('does so with answers that take a second', async () => {
    const found = await used(sliding(190, 60_000), { hours: 1, latencyMs: 1000 });
    expect(found.perSecond / (190 / 60)).toBeGreaterThan(0.95);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('uses most of a limit whose refusals say no time', async () => {
    const found = await used(sliding(190, 60_000), { hours: 1, says: false });
    expect(found.perSecond / (190 / 60)).toBeGreaterThan(0.88);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('finds a limit far above where it started', async () => {
    const found = await used(sliding(900, 60_000), { hours: 1 });
    expect(found.perSecond / 15).toBeGreaterThan(0.9);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('follows a limit that others take a part of for a while', async () => {
    const wide = sliding(190, 60_000);
    const narrow = sliding(60, 60_000);
    let begun: number | undefined;
    const limit: Limit = (now) => {
      begun ??= now;
      const within = now - begun;
      return within > 1_800_000 && within < 3_600_000 ? narrow(now) : wide(now);
    };
    const found = await used(limit, { hours: 2 });
    const allowed = (3 * 190 * 30 + 60 * 30) / (2 * 3600);
    expect(found.perSecond / allowed).toBeGreaterThan(0.9);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('goes no faster than it may where nothing is ever refused', async () => {
    const found = await used(() => undefined, { hours: 1 });
    expect(found.perSecond).toBeLessThanOrEqual(25);
    expect(found.refusedShare).toBe(0);
  });
});
