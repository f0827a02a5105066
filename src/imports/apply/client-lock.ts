import type { QueryRunner } from 'typeorm';
import { DatabaseUnavailable } from '../../database/unavailable.js';
import { Confirmation, type Clocks, type Held } from '../heartbeat.js';
import { HEARTBEAT_EVERY_MS } from '../store/take-over.js';
import type { ApplyContext } from './context.js';

const POLL_MS = 1000;

/**
 * A session that holds the lock and is silent for this long is ended by Postgres, and the lock with it: its process is stopped or cut
 * off, and other tenants have to go on. Longer than any write of it may take, as it writes only while it is sure of the lock.
 */
const SILENT_SECONDS = 100;

/** The lock as a write needs it: held for as long as its connection answers. */
class ClientLock implements Held {
  readonly #confirmed: Confirmation;
  readonly #timer: NodeJS.Timeout;
  #asking: Promise<void> | undefined;

  constructor(
    private readonly runner: QueryRunner,
    clocks: Clocks | undefined,
  ) {
    this.#confirmed = new Confirmation(clocks);
    this.#timer = setInterval(() => void this.confirm().catch(() => undefined), HEARTBEAT_EVERY_MS);
    this.#timer.unref();
  }

  get fresh(): boolean {
    return this.#confirmed.fresh;
  }

  confirm(): Promise<void> {
    this.#asking ??= this.#confirmed.by(() => this.#ask()).finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<void> {
    try {
      await this.runner.query('SELECT 1');
    } catch (error) {
      throw new DatabaseUnavailable('The connection that held the lock on creating clients was lost.', { cause: error });
    }
  }

  /** Settles once nothing is asked on its connection any more. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#asking?.catch(() => undefined);
  }
}

/**
 * Works while holding the lock on creating clients in this PSA instance, waiting for it as long as it takes. The lock lives on a
 * connection of its own: while the work goes on, writes go out only if that was heard of a moment ago, and `stillHeld` throws when it
 * was lost, and with it the lock. Waiting holds no connection, so that those who wait cannot starve the one who works.
 */
export async function underClientLock<T>(context: ApplyContext, work: (stillHeld: () => Promise<void>) => Promise<T>): Promise<T> {
  const key = [`isthmus clients ${context.psaInstanceId}`];
  for (;;) {
    const runner = context.dataSource.createQueryRunner();
    try {
      await runner.connect();
      const [row] = (await runner.query(`SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held`, key)) as { held: boolean }[];
      if (row?.held) {
        try {
          await runner.query(`SET idle_session_timeout = '${SILENT_SECONDS}s'`);
          return await whileHeld(context, new ClientLock(runner, context.clocks), work);
        } finally {
          // A connection that is gone has let go of it already.
          await runner.query('RESET idle_session_timeout').catch(() => undefined);
          await runner.query(`SELECT pg_advisory_unlock(hashtextextended($1, 0))`, key).catch(() => undefined);
        }
      }
    } finally {
      await runner.release();
    }
    await context.wait(POLL_MS);
  }
}

async function whileHeld<T>(context: ApplyContext, lock: ClientLock, work: (stillHeld: () => Promise<void>) => Promise<T>): Promise<T> {
  const letGo = context.writesNeed(lock);
  try {
    return await work(() => lock.confirm());
  } finally {
    letGo();
    await lock.end();
  }
}
