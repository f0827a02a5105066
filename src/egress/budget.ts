import { LearnedRate } from './learned-rate.js';
import type { Pace } from './pace.js';

export interface BudgetOptions {
  /** Calls a second to start with. */
  perSecond: number;
  /** Calls that may go at once after a rest. */
  burst: number;
  pace: Pace;
  /** The rate it may climb to while calls pass. Default: the rate it started with. */
  max?: number;
}

/** The pauses after a refusal that names no time: the first while nothing is known, the shortest first one, and the longest of all. */
const FIRST_PAUSE_MS = 5000;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Each pause of a row of refusals is so much longer than the one before: no more than a third of the waiting is in vain. */
const LONGER = 1.5;
/**
 * Refusals with fewer calls between them than this follow each other closely: what passes now is what some window lets go of bit by bit.
 * Waiting a little longer each time, up to so long, loses none of it, and few calls are refused.
 */
const FEW_CALLS = 10;
const LONGEST_CLOSE_PAUSE_MS = 15_000;
/** Once a limit was found, a window that is full lets the next call pass soon: after this share of it, most often. */
const SHARE_OF_WINDOW = 1 / 60;

/**
 * The calls one account may make: a token bucket that lets callers wait, first come first served, and learns from refusals.
 * A 429 stops everyone for as long as the vendor asked (or 5 s, less once a limit was found, and up to 60 s while refusals go on). Then one
 * call goes at once; how fast the others follow is learned from what passed.
 */
export class Budget {
  /** Calls a second that it started with. */
  readonly startPerSecond: number;
  private readonly burst: number;
  private readonly pace: Pace;
  private readonly rate: LearnedRate;
  private tokens: number;
  private seenAt: number;
  /** Time still to wait, kept as a span and not as a moment, so that a clock set back cannot stop us for hours. */
  private pauseLeftMs = 0;
  private refusalsRunning = 0;
  /** Refusals in a row with few calls between them, and the calls that passed since the last one. */
  private closeRefusals = 0;
  private passedSince = Infinity;
  private queue: Promise<void> = Promise.resolve();

  constructor(options: BudgetOptions) {
    this.startPerSecond = options.perSecond;
    this.rate = new LearnedRate(options.perSecond, Math.max(options.max ?? options.perSecond, options.perSecond));
    this.burst = Math.max(1, options.burst);
    this.pace = options.pace;
    this.tokens = this.burst;
    this.seenAt = this.pace.now();
  }

  /** Calls a second allowed at the moment. */
  get perSecond(): number {
    return this.rate.perSecond;
  }

  /** Resolves when the caller may make one call. Rejects with the signal's reason when that is aborted first. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const before = this.queue;
    const { promise, resolve: endTurn } = Promise.withResolvers<void>();
    this.queue = promise;
    try {
      await orAborted(before, signal);
      for (let waitMs = this.waitMs(); waitMs > 0; waitMs = this.waitMs()) await this.pace.sleep(waitMs, signal);
      this.tokens -= 1;
    } finally {
      // One who gave up while waiting in line passes the turn on only once it would have had it.
      void before.then(endTurn);
    }
  }

  /** A call was refused with 429. */
  refused(retryAfterMs?: number): void {
    this.pass();
    // One goes as soon as the pause is over.
    this.tokens = 1;
    // Calls that were under way together are refused together: that is one refusal, and slows down once.
    if (this.pauseLeftMs === 0) {
      this.closeRefusals = this.passedSince < FEW_CALLS ? this.closeRefusals + 1 : 0;
      this.passedSince = 0;
      this.pauseLeftMs = retryAfterMs === undefined ? this.ownPauseMs() : this.closePauseMs();
      this.refusalsRunning += 1;
      this.rate.refused(this.seenAt);
    }
    this.pauseLeftMs = Math.max(this.pauseLeftMs, retryAfterMs ?? 0);
  }

  /** A call passed. */
  accepted(): void {
    this.pass();
    // One that was under way when others were refused says nothing about what passes now.
    if (this.pauseLeftMs > 0) return this.rate.passedBefore(this.seenAt);
    this.refusalsRunning = 0;
    this.passedSince += 1;
    this.rate.passed(this.seenAt);
  }

  /** How long to wait where the vendor does not say it. */
  private ownPauseMs(): number {
    const { windowMs } = this.rate;
    const first =
      windowMs === undefined ? FIRST_PAUSE_MS : Math.min(FIRST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, windowMs * SHARE_OF_WINDOW));
    return Math.ceil(Math.min(LONGEST_PAUSE_MS, first * LONGER ** this.refusalsRunning));
  }

  /** How long to wait at least, whatever the vendor says. */
  private closePauseMs(): number {
    if (this.closeRefusals === 0) return 1;
    return Math.ceil(Math.min(LONGEST_CLOSE_PAUSE_MS, SHORTEST_PAUSE_MS * LONGER ** (this.closeRefusals - 1)));
  }

  private waitMs(): number {
    this.pass();
    const forToken = this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) / this.perSecond) * 1000);
    return Math.max(this.pauseLeftMs, forToken);
  }

  /** Takes note of the time that has passed. Tokens do not grow during a pause. */
  private pass(): void {
    const now = this.pace.now();
    const passedMs = Math.max(0, now - this.seenAt);
    this.seenAt = now;
    const paused = Math.min(this.pauseLeftMs, passedMs);
    this.pauseLeftMs -= paused;
    this.tokens = Math.min(this.burst, this.tokens + ((passedMs - paused) / 1000) * this.perSecond);
  }
}

/** Waits for a turn, or rejects as soon as the signal is aborted. */
async function orAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return turn;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([turn, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
