import { describe, expect, it } from '@jest/globals';
import { retryAfterMs, retryReads, UpstreamError, type RetryLimits, type UpstreamErrorOptions } from '../../src/egress/index.js';
import { VirtualPace } from './virtual-pace.js';

const NOW = Date.parse('2026-03-01T00:00:00Z');

type Trouble = Omit<UpstreamErrorOptions, 'vendor' | 'detail'>;

const throttled: Trouble = { kind: 'throttled', status: 429 };
const gateway: Trouble = { kind: 'server', status: 503 };
const server500: Trouble = { kind: 'server', status: 500 };

/** Runs a read that meets these troubles, one after another (the last for ever), and reports how it went. */
async function run(troubles: Trouble[], limits: RetryLimits = {}, chance = 0) {
  const pace = new VirtualPace();
  pace.chance = chance;
  let attempts = 0;
  const read = async (): Promise<string> => {
    const trouble = troubles[attempts++];
    if (!trouble) return 'read';
    throw new UpstreamError({ vendor: 'psa', detail: 'trouble', ...trouble });
  };
  const result = await retryReads(read, { pace, ...limits }).catch((error: unknown) => error);
  return { result, attempts, slept: pace.slept };
}

const many = (trouble: Trouble): Trouble[] => Array.from({ length: 50 }, () => trouble);

describe('retrying a read', () => {
  it('waits 1, 2, 4, 8, 15 seconds and gives up after six attempts', async () => {
    const { result, attempts, slept } = await run(many(gateway));
    expect(result).toBeInstanceOf(UpstreamError);
    expect(attempts).toBe(6);
    expect(slept).toEqual([1000, 2000, 4000, 8000, 15_000]);
  });

  it('returns as soon as an attempt passes', async () => {
    expect(await run([gateway, throttled, { kind: 'bad_answer', status: 200 }])).toMatchObject({ result: 'read', attempts: 4 });
  });

  it('allows a 500 only two more attempts', async () => {
    expect((await run(many(server500))).attempts).toBe(3);
    expect(await run([server500, gateway, server500])).toMatchObject({ result: 'read', attempts: 4 });
  });

  it.each(['credentials', 'permission', 'refused', 'not_found', 'egress'] as const)('does not try again after %s', async (kind) => {
    expect(await run(many({ kind }))).toMatchObject({ attempts: 1, slept: [] });
  });

  it('does what Retry-After asks, and never less than the first wait', async () => {
    const asked = { ...throttled, retryAfterMs: 42_000 };
    expect(await run([asked, { ...throttled, retryAfterMs: 0 }])).toMatchObject({ result: 'read', slept: [42_000, 1000] });
  });

  it('waits longer after a 429 where that is wanted', async () => {
    const { slept } = await run(many(throttled), { throttledFirstMs: 15_000, throttledLongestMs: 60_000 });
    expect(slept).toEqual([15_000, 30_000, 60_000, 60_000, 60_000]);
  });

  it('adds jitter', async () => {
    const { slept } = await run([gateway], {}, 0.5);
    expect(slept).toEqual([1125]);
  });

  it('throws other errors at once', async () => {
    const pace = new VirtualPace();
    await expect(retryReads(() => Promise.reject(new TypeError('a bug')), { pace })).rejects.toThrow(TypeError);
    expect(pace.slept).toEqual([]);
  });

  it('stops waiting when the signal is aborted', async () => {
    const pace = new VirtualPace();
    const controller = new AbortController();
    let attempts = 0;
    const read = async (): Promise<never> => {
      attempts += 1;
      throw new UpstreamError({ vendor: 'psa', detail: 'trouble', ...gateway });
    };
    const onRetry = (): void => controller.abort(new Error('enough'));
    await expect(retryReads(read, { pace, signal: controller.signal, onRetry })).rejects.toThrow('enough');
    expect(attempts).toBe(1);
  });
});

describe('Retry-After', () => {
  it.each([
    ['7', 7000],
    [' 0 ', 0],
    ['1.5', 1500],
    ['Sun, 01 Mar 2026 00:00:30 GMT', 30_000],
    ['3600', 120_000],
    ['Sun, 01 Mar 2026 01:00:00 GMT', 120_000],
  ])('of %p is %i ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it.each([undefined, '', '-5', 'soon', '99999999', '1e9', 'NaN', 'Sun, 01 Mar 2020 00:00:00 GMT', 'Sun, 01 Mar 2099 00:00:00 GMT'])(
    'of %p is ignored',
    (header) => {
      expect(retryAfterMs(header, NOW)).toBeUndefined();
    },
  );
});
