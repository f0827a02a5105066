import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PgBoss } from 'pg-boss';
import { createLogger } from '../../src/observability/logger.js';
import { Queue } from '../../src/queue/queue.js';
import { HEARTBEAT_SECONDS, IMPORT_QUEUE, installQueueSchema, QUEUE_SCHEMA, RETRY_SECONDS } from '../../src/queue/schema.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
const queues: Queue[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(queues.splice(0).map((queue) => queue.stop()));
  await database.close();
});

async function startQueue(): Promise<Queue> {
  const queue = new Queue({ url: database.url, logger: createLogger({ level: 'silent' }), patienceMs: 2000 });
  queues.push(queue);
  await queue.start();
  return queue;
}

interface Gate {
  opened: Promise<void>;
  open(): void;
}
function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

interface JobRow {
  state: string;
  retry_count: number;
  waits: number;
}
async function jobOf(importId: string): Promise<JobRow | undefined> {
  const rows = await database.dataSource.query<JobRow[]>(
    `SELECT state, retry_count, round(extract(epoch FROM start_after - now()))::int AS waits FROM pgboss.job WHERE singleton_key = $1`,
    [importId],
  );
  return rows[0];
}
async function until(importId: string, state: string): Promise<JobRow> {
  for (;;) {
    const job = await jobOf(importId);
    if (job?.state === state) return job;
  }
}

describe('the queue', () => {
  it('runs an import in another process than the one that asked, and once', async () => {
    const [asking, working] = [await startQueue(), await startQueue()];
    const ran: string[] = [];
    const done = gate();
    await working.workImports(async (importId) => {
      ran.push(importId);
      done.open();
    });
    const id = randomUUID();
    expect(await asking.enqueueImport(id)).toBe(true);
    await done.opened;
    await until(id, 'completed');
    expect(ran).toEqual([id]);
  });

  it('does not queue an import twice', async () => {
    const queue = await startQueue();
    const id = randomUUID();
    const answers = await Promise.all([queue.enqueueImport(id), queue.enqueueImport(id), queue.enqueueImport(id)]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await queue.enqueueImport(randomUUID())).toBe(true);
  });

  it('queues an import again while its last job still runs', async () => {
    const queue = await startQueue();
    const [started, finish] = [gate(), gate()];
    const id = randomUUID();
    let ran = 0;
    await queue.workImports(async () => {
      ran += 1;
      started.open();
      await finish.opened;
    }, 1);
    await queue.enqueueImport(id);
    await started.opened;
    expect(await queue.enqueueImport(id)).toBe(true);
    finish.open();
    while (ran < 2) await new Promise((resolve) => setImmediate(resolve));
  });

  it('queues for later', async () => {
    const queue = await startQueue();
    const id = randomUUID();
    await queue.enqueueImport(id, { startAfterSeconds: 600 });
    expect((await jobOf(id))?.waits).toBeGreaterThan(590);
  });

  it('makes the queue anew where an older version made it with another policy', async () => {
    const boss = new PgBoss({ connectionString: database.url, schema: QUEUE_SCHEMA, migrate: false, supervise: false });
    await boss.start();
    await boss.deleteQueue(IMPORT_QUEUE);
    await boss.createQueue(IMPORT_QUEUE, { policy: 'exclusive' });
    await boss.stop();
    await installQueueSchema(database.dataSource);
    await installQueueSchema(database.dataSource);
    const rows = await database.dataSource.query<{ policy: string }[]>(`SELECT policy FROM pgboss.queue WHERE name = $1`, [IMPORT_QUEUE]);
    expect(rows).toEqual([{ policy: 'short' }]);
    const queue = await startQueue();
    expect(await queue.enqueueImport(randomUUID())).toBe(true);
  });

  it('queues with the transaction that asked: gone when it is rolled back', async () => {
    const queue = await startQueue();
    const [kept, lost] = [randomUUID(), randomUUID()];
    await database.dataSource.transaction((manager) => queue.enqueueImport(kept, { manager }));
    await database.dataSource
      .transaction(async (manager) => {
        await queue.enqueueImport(lost, { manager });
        throw new Error('Rolled back');
      })
      .catch(() => undefined);
    expect(await jobOf(kept)).toMatchObject({ state: 'created' });
    expect(await jobOf(lost)).toBeUndefined();
  });

  it('has the statement that queues prepared where it is made again and again', async () => {
    const queue = await startQueue();
    const statements = await database.dataSource.transaction(async (manager) => {
      for (let again = 0; again < 4; again += 1) expect(await queue.enqueueImport(randomUUID(), { manager })).toBe(true);
      return manager.query<{ statement: string }[]>(`SELECT statement FROM pg_prepared_statements`);
    });
    expect(statements).toEqual([{ statement: expect.stringContaining('INSERT INTO pgboss.') }]);
  });

  it('goes from one import that waits to the next without a pause', async () => {
    const queue = await startQueue();
    const waiting = new Set<string>(Array.from({ length: 40 }, () => randomUUID()));
    for (const importId of waiting) await queue.enqueueImport(importId);
    const done = gate();
    // With a pause after each, this takes longer than a test may.
    await queue.workImports(async (importId) => {
      waiting.delete(importId);
      if (waiting.size === 0) done.open();
    }, 1);
    await done.opened;
    expect(waiting.size).toBe(0);
  });

  it('takes imports that somebody waits for before all others', async () => {
    const [asking, working] = [await startQueue(), await startQueue()];
    const [scheduled, asked] = [[randomUUID(), randomUUID(), randomUUID()], randomUUID()];
    for (const id of scheduled) await asking.enqueueImport(id);
    await asking.enqueueImport(asked, { goesFirst: true });
    const order: [string, boolean][] = [];
    const done = gate();
    await working.workImports(async (importId, _signal, goesFirst) => {
      order.push([importId, goesFirst]);
      if (order.length === 4) done.open();
    }, 1);
    await done.opened;
    expect(order[0]).toEqual([asked, true]);
    expect(
      order
        .slice(1)
        .map(([id]) => id)
        .toSorted(),
    ).toEqual(scheduled.toSorted());
  });

  it('runs one that somebody waits for though all workers are busy with others', async () => {
    const [asking, working] = [await startQueue(), await startQueue()];
    const [busy, free, done] = [gate(), gate(), gate()];
    const scheduled = [randomUUID(), randomUUID(), randomUUID()];
    const asked = randomUUID();
    let running = 0;
    await working.workImports(async (importId) => {
      if (importId === asked) return done.open();
      running += 1;
      if (running === 2) busy.open();
      await free.opened;
    });
    for (const id of scheduled) await asking.enqueueImport(id);
    await busy.opened;
    await asking.enqueueImport(asked, { goesFirst: true });
    await done.opened;
    expect(running).toBe(2);
    free.open();
    await Promise.all(scheduled.map((id) => until(id, 'completed')));
  });

  it('tries a job that failed again, a minute later', async () => {
    const queue = await startQueue();
    const id = randomUUID();
    await queue.workImports(() => Promise.reject(new Error('It broke')));
    await queue.enqueueImport(id);
    const { waits } = await until(id, 'retry');
    expect(waits).toBeGreaterThan(RETRY_SECONDS - 5);
  });

  it('asks running imports to end when it stops, and leaves them to another attempt', async () => {
    const queue = await startQueue();
    const started = gate();
    const id = randomUUID();
    await queue.workImports(async (_importId, signal) => {
      started.open();
      await new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    await queue.enqueueImport(id);
    await started.opened;
    await queue.stop();
    expect(await jobOf(id)).toMatchObject({ state: 'retry' });
    expect(queue.running).toBe(false);
    await queue.stop();
  });

  it('lets a running import finish when it stops, if it is nearly done', async () => {
    const queue = await startQueue();
    const [started, finish] = [gate(), gate()];
    const id = randomUUID();
    await queue.workImports(async () => {
      started.open();
      await finish.opened;
    });
    await queue.enqueueImport(id);
    await started.opened;
    const stopped = queue.stop();
    finish.open();
    await stopped;
    expect(await jobOf(id)).toMatchObject({ state: 'completed' });
  });

  it('notices a worker that died by its heartbeat', async () => {
    const queue = await startQueue();
    const id = randomUUID();
    await queue.enqueueImport(id);
    // What a killed worker leaves: a job that was taken and has not been heard of since.
    await database.dataSource.query(
      `UPDATE pgboss.job SET state = 'active', started_on = now() - interval '10 minutes', heartbeat_on = now() - make_interval(secs => $2) WHERE singleton_key = $1`,
      [id, HEARTBEAT_SECONDS + 5],
    );
    await queue.supervise();
    expect(await jobOf(id)).toMatchObject({ state: 'retry' });
  });

  it('does not start on a database without its schema', async () => {
    const empty = await createEmptyDatabase();
    const queue = new Queue({ url: empty.url, logger: createLogger({ level: 'silent' }) });
    queues.push(queue);
    await expect(queue.start()).rejects.toThrow('not installed');
    await queue.stop();
    await empty.close();
  });
});
