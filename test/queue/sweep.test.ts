import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Import } from '../../entities/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { SAFE_AFTER_MS } from '../../src/imports/store/take-over.js';
import { sweep } from '../../src/imports/sweep.js';
import { createLogger } from '../../src/observability/logger.js';
import { Queue } from '../../src/queue/queue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const SAFE = SAFE_AFTER_MS / 1000;
const logger = createLogger({ level: 'silent' });

describe('Imports that nobody works on', () => {
  let database: TestDatabase;
  let queue: Queue;
  beforeAll(async () => {
    database = await createTestDatabase();
    queue = new Queue({ url: database.url, logger, supervise: false });
    await queue.start();
  });
  afterEach(async () => {
    await sql(`DELETE FROM pgboss.job`);
    await sql(`DELETE FROM imports`);
  });
  afterAll(async () => {
    await queue.stop();
    await database.close();
  });

  const sql = <T = unknown>(text: string, parameters: unknown[] = []): Promise<T> =>
    database.dataSource.query(text, parameters) as Promise<T>;
  const sweepOnce = (): Promise<number> => sweep({ dataSource: database.dataSource, queue, logger });
  const waitingJobs = async (id: string): Promise<number> =>
    (
      await sql<{ n: number }[]>(
        `SELECT count(*)::int AS n FROM pgboss.job WHERE singleton_key = $1 AND state = 'created' AND start_after <= now()`,
        [id],
      )
    )[0]!.n;

  /** Stores an import, in a state, with SQL for when it was last heard of and when it is due. */
  async function stored(state: Import['state'], { heartbeat = 'NULL', due = 'NULL' } = {}): Promise<string> {
    const id = randomUUID();
    const row = {
      id,
      psaInstanceId: randomUUID(),
      tenantId: randomUUID(),
      entities: ['customers'],
      trigger: 'manual',
      requestedBy: 'test',
      state,
      counts: noCounts(),
    };
    await database.dataSource.getRepository(Import).insert(row as never);
    await sql(`UPDATE imports SET heartbeat_at = ${heartbeat}, not_before = ${due} WHERE id = $1`, [id]);
    return id;
  }
  const ago = (seconds: number): string => `now() - interval '${seconds} seconds'`;

  it.each<[string, Import['state'], { heartbeat?: string; due?: string }]>([
    ['that waits, and whose job was lost', 'queued', {}],
    ['whose time has come, and whose job was lost', 'queued', { due: ago(1) }],
    ['whose worker died', 'running', { heartbeat: ago(SAFE + 1) }],
    ['that ran in a database that was restored', 'running', {}],
  ])('one %s is queued, once', async (_what, state, times) => {
    const id = await stored(state, times);
    expect(await sweepOnce()).toBe(1);
    expect(await waitingJobs(id)).toBe(1);
    expect(await sweepOnce()).toBe(0);
    expect(await waitingJobs(id)).toBe(1);
  });

  it.each<[string, Import['state'], { heartbeat?: string; due?: string }]>([
    ['whose worker was heard of', 'running', { heartbeat: ago(1) }],
    ['whose worker may have a write under way', 'running', { heartbeat: ago(SAFE - 2) }],
    ['that is not due yet', 'queued', { due: `now() + interval '1 minute'` }],
    ['that waits for approval', 'needs_approval', {}],
    ['that is over', 'failed', { heartbeat: ago(1000) }],
    ['that was cancelled', 'cancelled', {}],
  ])('one %s is left alone', async (_what, state, times) => {
    const id = await stored(state, times);
    expect(await sweepOnce()).toBe(0);
    expect(await waitingJobs(id)).toBe(0);
  });

  it('one that a job stands for is left alone', async () => {
    const id = await stored('queued');
    await queue.enqueueImport(id);
    expect(await sweepOnce()).toBe(0);
    // As while a worker is about to take it.
    await sql(`UPDATE pgboss.job SET state = 'active', heartbeat_on = now() WHERE singleton_key = $1`, [id]);
    expect(await sweepOnce()).toBe(0);
  });

  it.each([
    ['is in the hands of a worker that died', `state = 'active', heartbeat_on = now() - interval '2 minutes'`],
    ['waits to be tried again', `state = 'retry', start_after = now() + interval '1 minute'`],
    ['failed', `state = 'failed'`],
  ])('one whose worker died does not wait for a job that %s', async (_what, columns) => {
    const id = await stored('running', { heartbeat: ago(SAFE + 1) });
    await queue.enqueueImport(id);
    await sql(`UPDATE pgboss.job SET ${columns} WHERE singleton_key = $1`, [id]);
    expect(await sweepOnce()).toBe(1);
    expect(await waitingJobs(id)).toBe(1);
  });

  it('are queued once, although many processes look', async () => {
    const id = await stored('running', { heartbeat: ago(SAFE + 1) });
    await Promise.all(Array.from({ length: 8 }, sweepOnce));
    expect(await waitingJobs(id)).toBe(1);
  });
});
