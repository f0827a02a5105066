/** Loaded into a process before its own code: its clock stands so far ahead of the machine's, as if it were that much later. */
const aheadMs = Number(process.env['BENCH_AHEAD_MS'] ?? 0);
const wall = Date.now;
Date.now = () => wall() + aheadMs;
