import type { Pace } from './pace.js';
import { UpstreamError } from './upstream-error.js';

export interface RetryLimits {
  /** Attempts in all while the trouble is a throttle, a gateway, the network or a broken answer. Default 6. */
  attempts?: number;
  /** Attempts in all that may end with HTTP 500. Default 3. */
  attemptsOn500?: number;
  /** First wait, and the longest of the doubling waits. Defaults 1 s and 15 s. */
  firstMs?: number;
  longestMs?: number;
  /** The same after a 429 that names no time. Default: as above. */
  throttledFirstMs?: number;
  throttledLongestMs?: number;
}

export interface RetryOptions extends RetryLimits {
  pace: Pace;
  signal?: AbortSignal;
  /** Told before each wait, for the log. */
  onRetry?(error: UpstreamError, attempt: number, waitMs: number): void;
}

/**
 * Runs a read again while it throws an UpstreamError that is worth it. `Retry-After` is obeyed, else waits double, with jitter.
 * For reads (and token calls) only: a write that failed may have been stored.
 *
 * Throws the last UpstreamError, anything else at once, and the signal's reason when that is aborted.
 */
export async function retryReads<T>(read: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = 6, attemptsOn500 = 3 } = options;
  let failedWith500 = 0;
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UpstreamError) || !error.retryable || attempt >= attempts) throw error;
      if (error.status === 500) failedWith500 += 1;
      if (failedWith500 >= attemptsOn500) throw error;
      const waitMs = waitBefore(error, attempt, options);
      options.onRetry?.(error, attempt, waitMs);
      await options.pace.sleep(waitMs, options.signal);
    }
  }
}

function waitBefore(error: UpstreamError, attempt: number, options: RetryOptions): number {
  const { firstMs = 1000, longestMs = 15_000, pace } = options;
  if (error.retryAfterMs !== undefined) {
    // At least the first wait: "Retry-After: 0" must not become a tight loop.
    const asked = Math.max(error.retryAfterMs, firstMs);
    return Math.round(asked + pace.random() * Math.min(1000, asked / 4));
  }
  const throttled = error.kind === 'throttled';
  const first = throttled ? (options.throttledFirstMs ?? firstMs) : firstMs;
  const longest = throttled ? (options.throttledLongestMs ?? longestMs) : longestMs;
  const base = Math.min(longest, first * 2 ** (attempt - 1));
  return Math.round(base + (pace.random() * base) / 4);
}
