import type { Clock } from './contract.js';

/** The machine's time moved by an offset: it goes on ticking, from wherever it was set. All times are milliseconds since 1970. */
export class SandboxClock implements Clock {
  #offset = 0;

  now(): number {
    return Date.now() + this.#offset;
  }

  /** Moves time forward, or back when negative, by this many milliseconds. */
  advance(ms: number): void {
    this.#offset += ms;
  }

  set(time: number): void {
    this.#offset = time - Date.now();
  }

  /** Back to the machine's time. */
  reset(): void {
    this.#offset = 0;
  }
}
