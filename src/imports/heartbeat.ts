import { performance } from 'node:perf_hooks';
import type { ImportHold } from './store/import-row.js';
import { HEARTBEAT_EVERY_MS } from './store/take-over.js';

/**
 * Two clocks of the process, in milliseconds: the monotonic one cannot be set, the other goes on while the machine sleeps. Whichever
 * moved further tells how long ago something was.
 */
export interface Clocks {
  monotonic(): number;
  wall(): number;
}

export const CLOCKS: Clocks = { monotonic: () => performance.now(), wall: () => Date.now() };

/**
 * A write goes out only if what allows it was confirmed less than this long ago, in milliseconds: shorter than the heartbeat's
 * expiry, so that with the longest write it is over before another attempt can begin.
 */
export const CONFIRMED_FOR_MS = 25_000;

/** How often an attempt looks whether it was cancelled or taken over, in milliseconds. */
const WATCH_EVERY_MS = 2000;

/** When something was last known to hold. */
export class Confirmation {
  #monotonic = -Infinity;
  #wall = -Infinity;

  constructor(private readonly clocks: Clocks = CLOCKS) {}

  /** Runs what confirms, and gives its answer. What counts is when it began: the process may be stopped before it hears that. */
  async by<T>(confirm: () => Promise<T>): Promise<T> {
    const [monotonic, wall] = [this.clocks.monotonic(), this.clocks.wall()];
    const answer = await confirm();
    [this.#monotonic, this.#wall] = [monotonic, wall];
    return answer;
  }

  get fresh(): boolean {
    return this.clocks.monotonic() - this.#monotonic < CONFIRMED_FOR_MS && this.clocks.wall() - this.#wall < CONFIRMED_FOR_MS;
  }
}

/** Something that a write may need to hold. `confirm` throws when it does not. */
export interface Held {
  readonly fresh: boolean;
  confirm(): Promise<void>;
}

export interface HeartbeatOptions {
  /** How often it looks whether the attempt is to stop, in milliseconds. Default 2000. */
  watchMs?: number;
  /** How often it says that the attempt is alive, in milliseconds. Default 10 000. */
  everyMs?: number;
  clocks?: Clocks;
  /** When the import was taken, which says that the attempt is alive as well. */
  taken?: Confirmation;
}

/**
 * The life of one attempt. It says so in the import's row, whether or not there is progress, and looks whether the import was
 * cancelled or taken over, also while everybody waits for a vendor; then it stops all that is under way. To be ended by the caller.
 */
export class Heartbeat implements Held {
  readonly #confirmed: Confirmation;
  readonly #others = new Set<Held>();
  readonly #timers: NodeJS.Timeout[];
  #looking = false;
  #beating = false;

  constructor(
    private readonly hold: ImportHold,
    private readonly stop: AbortController,
    { watchMs = WATCH_EVERY_MS, everyMs = HEARTBEAT_EVERY_MS, clocks, taken }: HeartbeatOptions = {},
  ) {
    this.#confirmed = taken ?? new Confirmation(clocks);
    this.#timers = [setInterval(() => void this.#look(), watchMs), setInterval(() => void this.#beat(), everyMs)];
    for (const timer of this.#timers) timer.unref();
  }

  get fresh(): boolean {
    return this.#confirmed.fresh;
  }

  /** Says that the attempt is alive. @throws AttemptLost, ImportCancelled. */
  async confirm(): Promise<void> {
    const beat = async (): Promise<void> => {
      const reason = await this.hold.beat();
      if (!reason) return;
      this.stop.abort(reason);
      throw reason;
    };
    await this.#confirmed.by(beat);
  }

  /** Lets writes go out only while this holds as well, until the function it gives is called. */
  andAlso(held: Held): () => void {
    this.#others.add(held);
    return () => this.#others.delete(held);
  }

  /**
   * To be awaited right before each write to the PSA: it returns at once while all that the attempt holds was confirmed a moment ago,
   * else asks again, so that a process that was stopped for long writes nothing when it wakes. @throws when something does not hold.
   */
  async beforeWrite(): Promise<void> {
    await this.#allHold([this, ...this.#others]);
  }

  /** The same before a turn in the PSA's budget, a read's too: turns are counted in Postgres. Only the attempt itself has to hold. */
  async beforeTurn(): Promise<void> {
    await this.#allHold([this]);
  }

  async #allHold(needed: readonly Held[]): Promise<void> {
    // Again, because asking may take long itself.
    while (!needed.every((held) => held.fresh)) {
      this.stop.signal.throwIfAborted();
      for (const held of needed) if (!held.fresh) await held.confirm();
    }
    this.stop.signal.throwIfAborted();
  }

  end(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const reason = await this.hold.check();
      if (reason) this.stop.abort(reason);
    } catch {
      // A database that is away says nothing: whoever writes next finds out.
    } finally {
      this.#looking = false;
    }
  }

  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    try {
      await this.confirm();
    } catch {
      // Said to `stop`; or the database is away, and no write goes out until it is back.
    } finally {
      this.#beating = false;
    }
  }
}
