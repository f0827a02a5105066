import type { DataSource } from 'typeorm';
import { isConnectionLost } from '../../database/connection-lost.js';
import { DatabaseUnavailable } from '../../database/unavailable.js';
import { realPace, UpstreamError, type Pace } from '../../egress/index.js';
import { Line } from './line.js';
import { CONFIRM, type Confirmed, GIVE_BACK, LATEST_SECONDS, PREPARE, REFUSED, TAKE, type Turn } from './statements.js';

export interface SharedBudgetOptions {
  dataSource: DataSource;
  psaInstanceId: string;
  logger?: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  /** Calls that nobody waits for stand back, for a while, behind those of people. Default: a person waits. */
  scheduled?: boolean;
  pace?: Pick<Pace, 'sleep'>;
  /** A caller that would wait longer, in milliseconds, is told to come back later: for answers that a person waits for. Default: no end. */
  longestWaitMs?: number;
  /** A statement of the budget takes a millisecond; one that takes so long has met a database that is out of reach. Default: 20 s. */
  patienceMs?: number;
  /** The time to go by instead of the database's, for tests. */
  databaseNow?: () => Date;
}

/** Calls asked for in one statement, so that many callers of one process at once cost few statements. */
const AT_ONCE = 5;
/** One of the schedule that was put off for so many calls is put off no more: it would never end on a busy day. */
const PUT_OFF_AT_MOST = 15;
const PATIENCE_MS = 20_000;
const ABSURD_MS = 24 * 3_600_000;
const SLOW = new Error('no answer in time');

/**
 * The calls that all processes together may make to one PSA instance: a token bucket in Postgres, in its time. Callers stand in line,
 * first come first served, and each budget, one for each tenant and process, has one place in the line of all: so tenants share fairly. A 429 pauses everybody. What is allowed is read
 * with each turn, so that a change of `callsPer5Minutes` counts at once, for imports that run too.
 *
 * Nothing is kept in stock: a turn is taken for callers that wait now, and given back if they gave up.
 *
 * Not rate-limiter-flexible: its Postgres limiter goes by each process's own clock, counts in fixed windows (twice the number may
 * pass around their border), and refuses instead of keeping a line; its queue is a line within one process.
 */
export class SharedBudget {
  private readonly line = new Line();
  private serving = false;
  private putOff = 0;
  /** Refusals that are still being told; no turn is taken before they are. */
  private telling: Promise<void> = Promise.resolve();

  constructor(private readonly options: SharedBudgetOptions) {}

  /**
   * Resolves when the caller may make one call. `permit` is asked right before each statement that takes turns: the line may be minutes
   * long, and the process may be stopped while it stands there.
   * @throws the signal's reason when that is aborted first; what `permit` throws; DatabaseUnavailable when the database is out of reach; UpstreamError
   * (`throttled`) when it would take longer than `longestWaitMs`.
   */
  async take(signal?: AbortSignal, permit?: () => Promise<void>): Promise<void> {
    signal?.throwIfAborted();
    const turn = this.line.wait(signal, permit);
    if (!this.serving) void this.serve();
    await turn;
  }

  /** A call was refused with 429. `retryAfterMs` is what the PSA asked for; one of more than a day is not believed. */
  refused(retryAfterMs?: number): void {
    const asked = retryAfterMs !== undefined && retryAfterMs >= 0 && retryAfterMs <= ABSURD_MS ? retryAfterMs / 1000 : null;
    const { psaInstanceId, logger } = this.options;
    const tell = async (): Promise<void> => {
      try {
        const [row] = await this.statement<{ pause_ms: number }>(REFUSED, [asked]);
        logger?.info({ psaInstanceId, pauseMs: Math.round(row?.pause_ms ?? 0) }, 'HaloPSA asks for fewer calls; all processes pause');
      } catch (error) {
        logger?.warn({ psaInstanceId, err: error }, 'The other processes could not be told that HaloPSA asks for fewer calls');
      }
    };
    this.telling = this.telling.then(tell);
  }

  /** A call passed. The rate heals with time and not with calls, so that this costs nothing. */
  accepted(): void {
    // Nothing to tell.
  }

  /** Resolves once all processes have been told of the refusals so far. */
  told(): Promise<void> {
    return this.telling;
  }

  /** Serves the line until it is empty. */
  private async serve(): Promise<void> {
    this.serving = true;
    try {
      while (this.line.length > 0) await this.turn();
    } catch (error) {
      this.line.failAll(error);
    } finally {
      this.serving = false;
    }
    // Someone may have come in just now.
    if (this.line.length > 0) void this.serve();
  }

  private async turn(): Promise<void> {
    await this.telling;
    await this.line.ask();
    if (this.line.length === 0) return;
    const turn = (await this.taken()) ?? (await this.begun());
    if (!turn) throw new Error(`There is no PSA instance ${this.options.psaInstanceId} any more: no calls are made to it.`);
    this.putOff = turn.stands_back ? this.putOff + 1 : turn.granted > 0 ? 0 : this.putOff;
    if (turn.wait_ms > (this.options.longestWaitMs ?? Number.POSITIVE_INFINITY)) {
      await this.giveBack(turn.granted, turn);
      throw comeBackLater(turn.wait_ms);
    }
    if (turn.wait_ms > 0 && !(await this.waited(turn))) return;
    const left = this.line.admit(turn.granted);
    if (left > 0) await this.giveBack(left, turn);
  }

  private async taken(): Promise<Turn | undefined> {
    const [turn] = await this.statement<Turn>(TAKE, [Math.min(AT_ONCE, this.line.length), this.forWhom()]);
    return turn;
  }

  /** The first turn of a PSA instance: its row is made before. */
  private async begun(): Promise<Turn | undefined> {
    await this.statement(PREPARE, []);
    return this.taken();
  }

  private forWhom(): 'person' | 'schedule' | 'patient' {
    if (this.options.scheduled !== true) return 'person';
    return this.putOff < PUT_OFF_AT_MOST ? 'schedule' : 'patient';
  }

  /** Waits for a turn. False when there is none after all: it was void, missed, or nobody waits any more. */
  private async waited(turn: Turn): Promise<boolean> {
    for (let waitMs = turn.wait_ms; ;) {
      await this.sleep(waitMs);
      if (turn.granted === 0) return false;
      if (this.line.length === 0) {
        await this.giveBack(turn.granted, turn);
        return false;
      }
      const [now] = await this.statement<Confirmed>(CONFIRM, [turn.pause]);
      if (!now?.holds || now.at_ms > turn.due_ms + LATEST_SECONDS * 1000) return false;
      waitMs = turn.due_ms - now.at_ms;
      // Timers are no better than a millisecond.
      if (waitMs < 1) return true;
    }
  }

  /** Sleeps, unless everyone who waited gave up. */
  private async sleep(ms: number): Promise<void> {
    const nobody = new AbortController();
    this.line.onEmpty = () => nobody.abort();
    if (this.line.length === 0) return;
    await (this.options.pace ?? realPace).sleep(Math.ceil(ms), nobody.signal).catch((error: unknown) => {
      if (!nobody.signal.aborted) throw error;
    });
  }

  private async giveBack(count: number, { pause, due_ms }: Turn): Promise<void> {
    if (count === 0) return;
    await this.statement(GIVE_BACK, [count, pause, due_ms]);
  }

  private statement<Row>(sql: string, more: unknown[]): Promise<Row[]> {
    return this.query<Row>(sql, [this.options.psaInstanceId, this.options.databaseNow?.() ?? null, ...more]);
  }

  private async query<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    const { promise: slow, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(reject, this.options.patienceMs ?? PATIENCE_MS, SLOW).unref();
    try {
      const answer = await Promise.race([this.options.dataSource.query<unknown>(sql, parameters), slow]);
      // TypeORM gives rows of a SELECT, and rows with their number of an UPDATE.
      const rows = Array.isArray(answer) && Array.isArray(answer[0]) ? (answer[0] as unknown) : answer;
      return rows as Row[];
    } catch (error) {
      if (!isConnectionLost(error) && error !== SLOW) throw error;
      throw new DatabaseUnavailable(
        `The budget of calls to HaloPSA is kept in the database, which does not answer (${(error as Error).message}): nothing is called without it.`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

function comeBackLater(waitMs: number): UpstreamError {
  return new UpstreamError({
    vendor: 'psa',
    kind: 'throttled',
    retryable: false,
    sent: false,
    retryAfterMs: Math.ceil(waitMs),
    detail: `The calls that HaloPSA allows are used up for now. Try again in ${Math.ceil(waitMs / 1000)} s.`,
  });
}
