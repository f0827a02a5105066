import type { ImportPhase } from '../../entities/index.js';
import type { ImportHold } from './store/import-row.js';

/** Progress is written at most this often, in milliseconds; a new phase at once. */
const EVERY = 500;

/** An attempt that is over within this time, in milliseconds, shows none: nobody could have read it. */
const YOUNG = 1000;

export type Progress = (phase: ImportPhase, done: number, total: number | null) => Promise<void>;

/**
 * Writes progress to the import's row now and then. Throws when the import was cancelled or taken over. What came in the first moment is
 * written after it, unless `end` was called.
 */
export function reporter(
  hold: ImportHold,
  now: () => number,
  calls: () => { marketplace: number; psa: number },
  youngMs = YOUNG,
): { progress: Progress; end(): void } {
  const begun = now();
  let last = begun;
  let phase: ImportPhase | undefined;
  let unsaid: Parameters<Progress> | undefined;
  let saying: Promise<void> = Promise.resolve();
  const say = (...[current, done, total]: Parameters<Progress>): Promise<void> => {
    unsaid = undefined;
    phase = current;
    last = now();
    return hold.progress(current, done, total, calls());
  };
  const grown = setTimeout(() => {
    // Whoever writes next finds out what is wrong.
    if (unsaid) saying = say(...unsaid).catch(() => undefined);
  }, youngMs);
  grown.unref();
  return {
    async progress(current, done, total) {
      const time = now();
      // A clock that was set back must not silence it.
      if (Math.abs(time - begun) < youngMs) {
        unsaid = [current, done, total];
        return;
      }
      if (current === phase && Math.abs(time - last) < EVERY && (done !== total || total === 0)) return;
      // One after the other: of two at once the later one might be written first.
      const said = saying.then(() => say(current, done, total));
      saying = said.catch(() => undefined);
      await said;
    },
    end: () => clearTimeout(grown),
  };
}
