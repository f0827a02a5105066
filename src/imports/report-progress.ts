import type { ImportPhase } from '../../entities/index.js';
import type { ImportHold } from './store/import-row.js';

/** Progress is written at most this often, in milliseconds; a new phase at once. */
const EVERY = 500;

export type Progress = (phase: ImportPhase, done: number, total: number | null) => Promise<void>;

/** Writes progress to the import's row now and then. Throws when the import was cancelled or taken over. */
export function reporter(hold: ImportHold, now: () => number, calls: () => { marketplace: number; psa: number }): Progress {
  let last = 0;
  let phase: ImportPhase | undefined;
  return async (current, done, total) => {
    const time = now();
    // A clock that was set back must not silence it.
    if (current === phase && Math.abs(time - last) < EVERY && done !== total) return;
    phase = current;
    last = time;
    await hold.progress(current, done, total, calls());
  };
}

/**
 * Looks every so often whether the import was cancelled or taken over, also while everybody waits for a vendor, and then stops all
 * that is under way. To be ended by the caller.
 */
export function watch(hold: ImportHold, stop: AbortController, everyMs: number): { end(): void } {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    hold
      .check()
      // A database that is away says nothing: whoever writes next finds out.
      .then((reason) => reason && stop.abort(reason), () => undefined)
      .finally(() => (looking = false));
  }, everyMs);
  timer.unref();
  return { end: () => clearInterval(timer) };
}
