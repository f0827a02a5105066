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
