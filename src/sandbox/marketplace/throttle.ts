import type { Clock } from '../contract.js';

/** A sliding window: so many calls in any so many seconds. Calls it refuses do not count. */
export class Throttle {
  #passed: number[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lets a call pass (undefined), or says in how many seconds the next one will. */
  ask(limit: { calls: number; windowSeconds: number }): number | undefined {
    const now = this.#clock.now();
    const window = limit.windowSeconds * 1000;
    // A clock that was set back leaves times ahead of now: those are forgotten too.
    this.#passed = this.#passed.filter((time) => time <= now && time > now - window);
    const oldest = this.#passed.at(-limit.calls);
    if (oldest !== undefined) return Math.max(1, Math.ceil((oldest + window - now) / 1000));
    this.#passed.push(now);
    return undefined;
  }

  clear(): void {
    this.#passed = [];
  }
}
