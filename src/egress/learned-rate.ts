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
const BELOW = 0.99;
/** The share of a rate, once a limit was found, that one refusal leaves of it at least. */
const STEADY = 0.9;
/** The same of what was begun with after a refusal, when the next one came soon: by then it is known what passed between them. */
const SOON = 0.5;
/** The same of the rate at a refusal that came too soon after another to tell more: it slows quickly, but not below what passed. */
const STEP = 0.8;
/** A limit that is found again as nearly as this holds: it is tried less often then. */
const SAME_SHARE = 0.05;
/** For so long nothing more is tried after the same limit was found again; twice as long the next time, up to the longest. */
const HOLD_MINUTES = 1;
const LONGEST_HOLD_MINUTES = 4;
/** Beyond a limit that was found, each call that passes gives so much of the rate, times the square of the minutes since it was held. */
const PROBE_SHARE = 1 / 20_000;
/** So many minutes count at most: a rate that is never refused grows by a seventh a minute then, and is not found far too high. */
const PROBE_MINUTES = 5;

/**
 * How many calls a second a vendor takes that does not say it, learned from what passes and what is refused. A refusal means that some
 * window of the vendor's is full, so the calls that passed in such a window, by its length, are the rate that it allows. The length is
 * not known either: between the first call and the first one that passed after a refusal, one window at least has passed. Of that
 * stretch, and of its last half, quarter and so on as long as they are no shorter than the time in which nothing passed, the one in which
 * most calls a second passed counts. Where a refusal follows soon on another, and no
 * limit has held yet, what passed between them is what the vendor lets pass.
 *
 * Times are in milliseconds, of any clock; one that is set back only makes it forget.
 */
export class LearnedRate {
  private rate: number;
  /** When calls passed, oldest first. */
  private passes: number[] = [];
  private since: number | undefined;
  private stretchMs: number | undefined;
  /** The first of the refusals after which nothing has passed yet: when, and the rate until then. */
  private full: { at: number; rate: number } | undefined;
  /** Since when, and at which rate to begin with, it is counted what passes between refusals. */
  private round: { from: number; rate: number } | undefined;
  private limit: number | undefined;
  private limitAt = 0;
  private holdMinutes = 0;

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

  /** As long as a window of the vendor's may be, in milliseconds; undefined until calls passed again after a refusal. */
  get windowMs(): number | undefined {
    return this.stretchMs;
  }

  /** Calls were refused. Until one passes the rate is halved, again with each further refusal, down to a sixteenth of the first one. */
  refused(now: number): void {
    this.full ??= { at: now, rate: this.rate };
    this.rate = Math.max(this.start * SLOWEST_SHARE, this.rate / 2);
  }

  /** A call passed. */
  passed(now: number): void {
    this.remember(now);
    if (this.full !== undefined) this.settle(now, this.full);
    const { rate, limit } = this;
    const minutes = within(0, (now - this.limitAt) / 60_000 - this.holdMinutes, PROBE_MINUTES);
    const gain = limit === undefined || rate < limit ? this.start * CLIMB_SHARE : rate * PROBE_SHARE * minutes ** 2;
    this.rate = Math.min(this.max, rate + gain);
    this.passes.push(now);
  }

  /** A call passed that was made before others were refused. */
  passedBefore(now: number): void {
    this.remember(now);
    this.passes.push(now);
  }

  /** The first call after refusals has passed: what passed before them tells the limit. */
  private settle(now: number, full: { at: number; rate: number }): void {
    this.full = undefined;
    this.stretchMs ??= Math.min(LONGEST_MS, Math.max(SHORTEST_MS, now - (this.since ?? now)));
    const { limit, stretchMs, round } = this;
    const roundMs = round === undefined ? Infinity : now - round.from;
    const tooSoon = roundMs < stretchMs / 2;
    const seen = tooSoon
      ? within(full.rate * STEP, this.highestRate(full.at, now - full.at, stretchMs), full.rate)
      : round !== undefined && roundMs < 2 * stretchMs && this.holdMinutes === 0
        ? within(round.rate * SOON, this.rateSince(round.from, now), round.rate)
        : // Fewer passed while a vendor, or this process, was slow: one refusal alone does not make a limit that was found much lower.
          within(limit === undefined ? 0 : full.rate * STEADY, this.highestRate(full.at, now - full.at, stretchMs), full.rate);
    if (!tooSoon) this.round = { from: now, rate: seen };
    this.rate = Math.max(this.start * SLOWEST_SHARE, seen * BELOW);
    this.limit = seen > 0 ? this.rate : undefined;
    this.limitAt = now;
    const holds = !tooSoon && limit !== undefined && Math.abs(this.rate / limit - 1) < SAME_SHARE;
    this.holdMinutes = holds ? Math.min(LONGEST_HOLD_MINUTES, Math.max(HOLD_MINUTES, 2 * this.holdMinutes)) : 0;
  }

  /** Calls a second that passed after one moment, up to another. */
  private rateSince(from: number, to: number): number {
    const first = this.passes.findIndex((at) => at > from);
    return first < 0 ? 0 : ((this.passes.length - first) / (to - from)) * 1000;
  }

  /** The most calls a second that passed up to a moment in a stretch, or in its last half, quarter and so on, none shorter than `shutMs`. */
  private highestRate(until: number, shutMs: number, stretchMs: number): number {
    let highest = this.rateSince(until - stretchMs, until);
    for (let ms = stretchMs / 2; ms >= Math.max(SHORTEST_MS, shutMs); ms /= 2)
      highest = Math.max(highest, this.rateSince(until - ms, until));
    return highest;
  }

  private remember(now: number): void {
    const last = this.passes.at(-1);
    const rested = last !== undefined && now - last > REST_MS && this.full === undefined;
    if (last !== undefined && (rested || now < last)) {
      this.passes = [];
      this.since = undefined;
    }
    this.since ??= now;
    const over = this.passes.length >= REMEMBERED || (this.passes[0] ?? now) < now - 2 * LONGEST_MS;
    if (over) this.passes = this.passes.slice(-REMEMBERED / 2).filter((at) => at >= now - LONGEST_MS);
  }
}

function within(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
