import { setTimeout as delay } from 'node:timers/promises';

/** Waits for something, but no longer than so many milliseconds; whether it came to its end. What it rejects with is thrown on. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const done = new AbortController();
  const late = delay(ms, false, { signal: done.signal });
  late.catch(() => undefined);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    done.abort();
  }
}
