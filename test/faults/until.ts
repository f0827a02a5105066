import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 40;

/** Looks again and again until there is something to see. @throws when it does not come within so many milliseconds. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 60_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`Waited ${deadlineMs / 1000} s in vain for ${what}.`);
    await pause(EVERY_MS);
  }
}
