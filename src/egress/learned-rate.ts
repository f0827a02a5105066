/** The longest stretch of calls that a rate is judged by, and the shortest, in milliseconds. */
const LONGEST_MS = 600_000;
const SHORTEST_MS = 5000;
/** After so long without a call, what was counted before says nothing any more. In milliseconds. */
const REST_MS = 60_000;
/** Calls are remembered up to this many. */
const REMEMBERED = 20_000;

const SLOWEST_SHARE = 1 / 16;
/** While the limit is not known, each call that passes gives so much of the starting rate. */
const CLIMB_SHARE = 1 / 100;
/** A little below what was seen to pass: a window that is full takes no more than what leaves it. */
const BELOW = 0.98;
/** The share of a rate, once a limit was found, that one refusal leaves of it at least. */
const STEADY = 0.9;
/** Beyond a limit that was found, each call that passes gives so much of the rate, times the square of the minutes since the last refusal. */
const PROBE_SHARE = 1 / 20_000;

/**
 * How many calls a second a vendor takes that does not say it, learned from what passes and what is refused. A refusal means that some
 * window of the vendor's is full, so the calls that passed in such a window, by its length, are the rate that it allows. The length is
 * not known either: between the first call and the first one that passed after a refusal, one window at least has passed. Of that stretch
 * and its last half, quarter and so on, the one in which most calls a second passed counts.
 *
 * Times are in milliseconds, of any clock; one that is set back only makes it forget.
 */
export class LearnedRate {
  private rate: number;
  /** When calls passed, oldest first. */
  private passes: number[] = [];
  private since: number | undefined;
  private stretchMs: number | undefined;
  /** The rate at the refusal after which nothing has passed yet. */
  private before: number | undefined;
  private limit: number | undefined;
  private limitAt = 0;

  constructor(
    private readonly start: number,
    private readonly max: number,
  ) {
    this.rate = start;
  }

  /** Calls a second. */
  get perSecond(): number {
    return this.rate;
  }

  /** Calls were refused. Until one passes the rate is halved, again with each further refusal, down to a sixteenth of the first one. */
  refused(): void {
    this.before ??= this.rate;
    this.rate = Math.max(this.start * SLOWEST_SHARE, this.rate / 2);
  }

  /** A call passed. */
  passed(now: number): void {
    this.remember(now);
    if (this.before !== undefined) this.settle(now, this.before);
    const { rate, limit } = this;
    const gain =
      limit === undefined || rate < limit ? this.start * CLIMB_SHARE : rate * PROBE_SHARE * (Math.max(0, now - this.limitAt) / 60_000) ** 2;
    this.rate = Math.min(this.max, rate + gain);
    this.passes.push(now);
  }

  /** A call passed that was made before others were refused. */
  passedBefore(now: number): void {
    this.remember(now);
    this.passes.push(now);
  }

  /** The first call after a refusal has passed: what passed before it tells the limit. */
  private settle(now: number, before: number): void {
    this.before = undefined;
    this.stretchMs ??= Math.min(LONGEST_MS, Math.max(SHORTEST_MS, now - (this.since ?? now)));
    // Fewer passed while a vendor, or this process, was slow: one refusal alone does not make a limit that was found much lower.
    const least = this.limit !== undefined && this.rate >= before / 2 ? before * STEADY : 0;
    const seen = Math.min(before, Math.max(least, this.mostPassed(now, this.stretchMs)));
    this.rate = Math.max(this.rate, seen * BELOW);
    this.limit = seen > 0 ? this.rate : undefined;
    this.limitAt = now;
  }

  /** The most calls a second that passed in a stretch up to now, or in its last half, quarter and so on. */
  private mostPassed(now: number, stretchMs: number): number {
    let most = 0;
    for (let ms = stretchMs; ms >= SHORTEST_MS; ms /= 2) {
      const first = this.passes.findIndex((at) => at > now - ms);
      if (first >= 0) most = Math.max(most, ((this.passes.length - first) / ms) * 1000);
    }
    return most;
  }

  private remember(now: number): void {
    const last = this.passes.at(-1);
    const rested = last !== undefined && now - last > REST_MS && this.before === undefined;
    if (last !== undefined && (rested || now < last)) {
      this.passes = [];
      this.since = undefined;
    }
    this.since ??= now;
    const over = this.passes.length >= REMEMBERED || (this.passes[0] ?? now) < now - 2 * LONGEST_MS;
    if (over) this.passes = this.passes.slice(-REMEMBERED / 2).filter((at) => at >= now - LONGEST_MS);
  }
}
