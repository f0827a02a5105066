/** How much was done at a moment, in milliseconds since 1970. */
export interface Seen {
  done: number;
  at: number;
}

/** Seconds to wait before the first guess is made: the first answers come in no even pace. */
const TOO_SOON = 3;

/** How many seconds a step still takes at the pace seen so far; undefined while that says nothing. */
export function secondsLeft(first: Seen, now: Seen, total: number | null): number | undefined {
  const seconds = (now.at - first.at) / 1000;
  const done = now.done - first.done;
  if (total === null || seconds < TOO_SOON || done <= 0) return undefined;
  return ((total - now.done) * seconds) / done;
}
