import { PgBoss } from 'pg-boss';
import type { DataSource } from 'typeorm';
import { onDatabase } from './database-adapter.js';

/** The Postgres schema that pg-boss keeps its tables in. */
export const QUEUE_SCHEMA = 'pgboss';

/** The queue of imports to run. */
export const IMPORT_QUEUE = 'imports';

/**
 * An attempt that stops beating for this long is given up, and another one started after `RETRY_SECONDS` more:
 * longer than any single write to a PSA is waited for, so that no two attempts ever write at once.
 */
export const HEARTBEAT_SECONDS = 30;
export const RETRY_SECONDS = 60;

const DAY = 86_400;

/**
 * Makes or updates the queue's own tables and its queue. The caller holds the migration lock.
 * pg-boss refuses by itself to work on a schema of another version than its own.
 */
export async function installQueueSchema(dataSource: DataSource): Promise<void> {
  const boss = new PgBoss({ db: onDatabase(dataSource), schema: QUEUE_SCHEMA, migrate: true, supervise: false, schedule: false });
  const problems: unknown[] = [];
  boss.on('error', (error) => problems.push(error));
  await boss.start();
  try {
    const settings = {
      heartbeatSeconds: HEARTBEAT_SECONDS,
      // A heartbeat ends what is dead; this only ends what hangs. The longest pg-boss allows is just under a day.
      expireInSeconds: DAY - 1,
      retryLimit: 5,
      retryDelay: RETRY_SECONDS,
      retentionSeconds: 14 * DAY,
      deleteAfterSeconds: 7 * DAY,
      notify: true,
    };
    // `exclusive` with the import's id as the key: an import is never queued twice.
    if (await boss.getQueue(IMPORT_QUEUE)) await boss.updateQueue(IMPORT_QUEUE, settings);
    else await boss.createQueue(IMPORT_QUEUE, { policy: 'exclusive', ...settings });
  } finally {
    await boss.stop({ graceful: false });
  }
  if (problems.length > 0) throw problems[0];
}
