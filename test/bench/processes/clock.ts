import { createRequire, syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';

/**
 * Loaded into a process before its own code: its clocks stand `BENCH_AHEAD_MS` ahead of the machine's when it begins
 * and go `BENCH_SPEED` times as fast, and its timers with them. So what a throttle makes last for half an hour is measured in a minute, with
 * every wait of it.
 */
const speed = Number(process.env['BENCH_SPEED'] ?? 1);
const aheadMs = Number(process.env['BENCH_AHEAD_MS'] ?? 0);
const since = Date.now();

const wall = Date.now;
const monotonic = performance.now.bind(performance);
Date.now = () => Math.round(since + (wall() - since) * speed) + aheadMs;
performance.now = () => monotonic() * speed;

if (speed !== 1) {
  const timers = createRequire(import.meta.url)('node:timers/promises') as { setTimeout: (ms?: number, ...rest: unknown[]) => unknown };
  const { setTimeout: after, setInterval: every } = globalThis;
  const wait = timers.setTimeout;
  timers.setTimeout = (ms = 0, ...rest) => wait(ms / speed, ...rest);
  syncBuiltinESMExports();
  globalThis.setTimeout = Object.assign((work: () => void, ms = 0, ...rest: []) => after(work, ms / speed, ...rest), after);
  globalThis.setInterval = ((work: () => void, ms = 0, ...rest: []) => every(work, ms / speed, ...rest)) as typeof setInterval;
}
