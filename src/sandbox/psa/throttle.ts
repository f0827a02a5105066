import { Refusal } from './refusals.js';
import type { World } from './world.js';

/** Halo's rolling window of calls. Calls that are refused do not count. */
export class Throttle {
  readonly #world: World;
  /** When the calls of the window arrived, oldest first. */
  #arrivals: number[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  clear(): void {
    this.#arrivals = [];
  }

  /** Counts a call. Throws a Refusal when there were too many. */
  count(): void {
    const { switches, kernel } = this.#world;
    if (!switches.rateLimit) return;
    const { calls, windowSeconds } = switches.rateLimit;
    const now = kernel.clock.now();
    const windowStart = now - windowSeconds * 1000;
    // The clock may have been set back: what lies ahead of it is no longer in the window either.
    this.#arrivals = this.#arrivals.filter((arrival) => arrival > windowStart && arrival <= now);
    if (this.#arrivals.length < calls) {
      this.#arrivals.push(now);
      return;
    }
    const message = `Rate Limit Reached - ${calls} Requests per rolling ${Math.round(windowSeconds / 60)} minute window`;
    const wait = Math.ceil(((this.#arrivals[0] ?? now) - windowStart) / 1000);
    throw new Throttled(message, switches.retryAfter ? Math.max(wait, 1) : undefined);
  }
}

/** A 429; `retryAfter` in seconds when the answer says it. */
export class Throttled extends Refusal {
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter: number | undefined) {
    super(429, message, 'text/plain; charset=utf-8');
    this.retryAfter = retryAfter;
  }
}
