import { PgBoss } from 'pg-boss';
import type { DataSource } from 'typeorm';
import { onDatabase } from './database-adapter.js';

/** The Postgres schema that pg-boss keeps its tables in. */
export const QUEUE_SCHEMA = 'pgboss';

/** The queue of imports to run. */
export const IMPORT_QUEUE = 'imports';

/** A job whose worker has not been heard of for this long counts as failed, and is tried again this much later. In seconds. */
export const HEARTBEAT_SECONDS = 30;
export const RETRY_SECONDS = 60;

/** One job for each import may wait. One that runs is no hindrance: an import may be asked for again while its last job ends. */
const POLICY = 'short';

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
    const there = await boss.getQueue(IMPORT_QUEUE);
    if (there?.policy === POLICY) await boss.updateQueue(IMPORT_QUEUE, settings);
    else {
      // A policy cannot be changed. Jobs that go with the queue are made again from the imports' rows.
      if (there) await boss.deleteQueue(IMPORT_QUEUE);
      await boss.createQueue(IMPORT_QUEUE, { policy: POLICY, ...settings });
    }
  } finally {
    await boss.stop({ graceful: false });
  }
  if (problems.length > 0) throw problems[0];
}
