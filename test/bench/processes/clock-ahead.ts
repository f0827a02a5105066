/** Loaded into a process before its own code: its clock stands so far ahead of the machine's, as if it were that much later. */
let aheadMs = Number(process.env['BENCH_AHEAD_MS'] ?? 0);
const wall = Date.now;
Date.now = () => wall() + aheadMs;

/** Lets so many milliseconds more pass at once. */
export function letPass(ms: number): void {
  aheadMs += ms;
}
