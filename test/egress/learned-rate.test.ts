import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../src/egress/index.js';
import { VirtualPace } from './virtual-pace.js';

/** How a vendor counts: undefined when a call passes, else in how many milliseconds the next one does. */
type Limit = (now: number) => number | undefined;

function sliding(calls: number, windowMs: number): Limit {
  const passed: number[] = [];
  return (now) => {
    while (passed[0] !== undefined && passed[0] <= now - windowMs) passed.shift();
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

function bucket(holds: number, perSecond: number): Limit {
  let tokens = holds;
  let seenAt: number | undefined;
  return (now) => {
    tokens = Math.min(holds, tokens + ((now - (seenAt ?? now)) / 1000) * perSecond);
    seenAt = now;
    if (tokens < 1) return ((1 - tokens) / perSecond) * 1000;
    tokens -= 1;
    return undefined;
  };
}

interface Job {
  /** Ends after so many hours, or so many calls that passed. */
  hours?: number;
  calls?: number;
  latencyMs?: number;
  says?: boolean;
  perSecond?: number;
  /** So many calls are made one after the other before, each as long as this. */
  first?: { calls: number; latencyMs: number };
}

/** Eight callers, as many calls as they can make. Retry-After is in whole seconds, as vendors say it. */
async function used(limit: Limit, { hours = Infinity, calls = Infinity, latencyMs = 100, says = true, perSecond = 2, first }: Job) {
  const pace = new VirtualPace();
  const budget = new Budget({ perSecond, burst: 60, max: 25, pace });
  const begun = pace.now();
  const end = begun + hours * 3_600_000;
  let passed = 0;
  let refused = 0;
  const caller = async (most = Infinity, callMs = latencyMs): Promise<void> => {
    for (let made = 0; made < most; made += 1) {
      await budget.take();
      if (pace.now() >= end || passed >= calls) return;
      const wait = limit(pace.now());
      await pace.sleep(callMs);
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
  if (first) await caller(first.calls, first.latencyMs);
  await Promise.all(Array.from({ length: 8 }, () => caller()));
  return { seconds: (pace.now() - begun) / 1000, perSecond: passed / (hours * 3600), refusedShare: refused / (passed + refused) };
}

describe('A rate that is learned from refusals', () => {
  const limits: [string, () => Limit, number, number, number][] = [
    ['190 calls in any minute', () => sliding(190, 60_000), 190 / 60, 0.98, 0.96],
    ['120 calls in any minute', () => sliding(120, 60_000), 2, 0.97, 0.94],
    ['60 calls in any minute', () => sliding(60, 60_000), 1, 0.97, 0.95],
    ['700 calls in any five minutes', () => sliding(700, 300_000), 700 / 300, 0.98, 0.95],
    ['190 calls in each minute of the clock', () => fixed(190, 60_000), 190 / 60, 0.98, 0.97],
    ['600 calls in each five minutes of the clock', () => fixed(600, 300_000), 2, 0.98, 0.9],
    ['two calls a second and 120 at once', () => bucket(120, 2), 2, 0.98, 0.98],
    ['three calls a second and 30 at once', () => bucket(30, 3), 3, 0.98, 0.98],
    ['15 calls a second, far above where it started', () => sliding(900, 60_000), 15, 0.94, 0.92],
  ];

  it.each(limits)('uses nearly all of %s, and nearly no call is refused', async (_limit, limit, perSecond, share) => {
    const found = await used(limit(), { hours: 1 });
    expect(found.perSecond / perSecond).toBeGreaterThan(share);
    expect(found.refusedShare).toBeLessThan(0.007);
  });

  it.each(limits)('uses most of %s where refusals say no time', async (_limit, limit, perSecond, _share, withoutTime) => {
    const found = await used(limit(), { hours: 1, says: false });
    expect(found.perSecond / perSecond).toBeGreaterThan(withoutTime);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('does so from the first minutes on', async () => {
    const found = await used(sliding(190, 60_000), { hours: 0.1 });
    expect(found.perSecond / (190 / 60)).toBeGreaterThan(0.97);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('does so with answers that take a second', async () => {
    const found = await used(sliding(190, 60_000), { hours: 1, latencyMs: 1000 });
    expect(found.perSecond / (190 / 60)).toBeGreaterThan(0.96);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it.each<[string, () => Limit]>([
    ['in any minute', () => sliding(120, 60_000)],
    ['in each minute of the clock', () => fixed(120, 60_000)],
    ['by a bucket', () => bucket(120, 2)],
  ])('makes a daily import’s calls in little more time than they need, two a second counted %s', async (_how, limit) => {
    const needed = 2904 / 2;
    expect((await used(limit(), { calls: 2904 })).seconds / needed).toBeLessThan(1.02);
    expect((await used(limit(), { calls: 2904, says: false })).seconds / needed).toBeLessThan(1.1);
  });

  it.each<[string, () => Limit]>([
    ['in any minute', () => sliding(120, 60_000)],
    ['in each minute of the clock', () => fixed(120, 60_000)],
    ['in any five minutes', () => sliding(600, 300_000)],
  ])('finds a limit, counted %s, that it meets only after minutes of slow calls', async (_how, limit) => {
    const first = { calls: 45, latencyMs: 3000 };
    const found = await used(limit(), { calls: 2859, first });
    expect((found.seconds - 135) / (2859 / 2)).toBeLessThan(1.08);
    expect(found.refusedShare).toBeLessThan(0.01);
  });

  it('tries less often whether more would pass the longer a limit holds', async () => {
    const limit = sliding(190, 60_000);
    const refusedAt: number[] = [];
    const noting: Limit = (now) => {
      const wait = limit(now);
      if (wait !== undefined) refusedAt.push(now);
      return wait;
    };
    await used(noting, { hours: 1 });
    const [first = 0] = refusedAt;
    const within = (from: number, to: number): number =>
      refusedAt.filter((at) => at >= first + from * 60_000 && at < first + to * 60_000).length;
    expect(within(40, 58)).toBeLessThan(within(0, 18));
    expect(within(40, 58)).toBeGreaterThan(0);
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
    const found = await used(() => undefined, { hours: 0.25 });
    expect(found.perSecond).toBeLessThanOrEqual(25);
    expect(found.refusedShare).toBe(0);
  });
});
