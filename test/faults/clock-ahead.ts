import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/**
 * Loaded into a process before its own code: moves both of its clocks ahead by as many milliseconds as a file says, which is read
 * each time a clock is. So a process can be told, while it is stopped, that it was for longer than it really was.
 */
const file = process.env['CLOCK_AHEAD_FILE'];

function ahead(): number {
  return file === undefined ? 0 : Number(readFileSync(file, 'utf8'));
}

const monotonic = performance.now.bind(performance);
performance.now = () => monotonic() + ahead();
const wall = Date.now;
Date.now = () => wall() + ahead();
