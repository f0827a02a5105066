import type { Call, Vendor } from './contract.js';

/**
 * The calls the sandboxes received, oldest first. Only the last ones are kept, so that a sandbox that runs for days does not
 * grow; `count` counts them all since the last `clear`.
 *
 * A call is recorded when it arrives and its status filled in when it is answered: `status` is 0 while it is under way, and
 * stays 0 when the connection was reset instead.
 */
export class CallLog {
  #calls: Call[] = [];
  #counts = new Map<Vendor, number>();
  readonly #limit: number;

  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  record(call: Call): void {
    this.#calls.push(call);
    this.#counts.set(call.vendor, this.count(call.vendor) + 1);
    // Dropped in large bites: cutting one off the front at every call would copy the whole log each time.
    if (this.#calls.length >= this.#limit * 1.1) this.#calls = this.#calls.slice(-this.#limit);
  }

  all(): Call[] {
    return this.#calls.slice(-this.#limit);
  }

  count(vendor?: Vendor): number {
    if (vendor) return this.#counts.get(vendor) ?? 0;
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  clear(): void {
    this.#calls = [];
    this.#counts.clear();
  }
}
