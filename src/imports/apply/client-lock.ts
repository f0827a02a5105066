import type { ApplyContext } from './context.js';

const POLL_MS = 1000;

/**
 * Works while holding the lock on creating clients in this PSA instance, waiting for it as long as it takes. The lock lives on a
 * connection of its own: `stillHeld` throws when that was lost, and with it the lock. Waiting holds no connection, so that
 * those who wait cannot starve the one who works.
 */
export async function underClientLock<T>(context: ApplyContext, work: (stillHeld: () => Promise<void>) => Promise<T>): Promise<T> {
  const lock = [`isthmus clients ${context.psaInstanceId}`];
  for (;;) {
    const runner = context.dataSource.createQueryRunner();
    try {
      await runner.connect();
      const [row] = (await runner.query(`SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held`, lock)) as { held: boolean }[];
      if (row?.held) {
        try {
          return await work(async () => void (await runner.query('SELECT 1')));
        } finally {
          // A connection that is gone has let go of it already.
          await runner.query(`SELECT pg_advisory_unlock(hashtextextended($1, 0))`, lock).catch(() => undefined);
        }
      }
    } finally {
      await runner.release();
    }
    await context.wait(POLL_MS);
  }
}
