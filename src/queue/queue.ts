import { PgBoss } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { mortalClient } from '../database/mortal-client.js';
import type { Logger } from '../observability/logger.js';
import { onDatabase } from './database-adapter.js';
import { IMPORT_QUEUE, QUEUE_SCHEMA } from './schema.js';

/** Runs one import. It must stop soon when the signal aborts. What it throws is logged. */
export type ImportHandler = (importId: string, signal: AbortSignal, goesFirst: boolean) => Promise<void>;

export interface EnqueueOptions {
  /** Enqueue within this transaction: the job appears if and when it commits. */
  manager?: EntityManager;
  startAfterSeconds?: number;
  /** Somebody waits for it: before all others that wait, and with workers of its own. */
  goesFirst?: boolean;
}

export interface QueueOptions {
  /** The database, with user and password: the queue has connections of its own. */
  url: string;
  logger: Logger;
  /** Whether this process looks after the queue: finds dead workers, clears old jobs. Any number may. */
  supervise?: boolean;
  /** How long a stop waits for running imports after asking them to end, in milliseconds. Default 20 000. */
  patienceMs?: number;
}

/** The priority of imports that somebody waits for. */
const FIRST = 1;

/** The queue's statements are short. One without an answer for a little longer has lost its connection. In milliseconds. */
const STATEMENT_TIMEOUT_MS = 20_000;

/** With what else a stop takes, less than supervisors wait before they kill: most of them half a minute, some less. */
const PATIENCE_MS = 20_000;

/**
 * The job queue. All it does is wake workers: whether an import may run, and which attempt, is said by its row, so that a job too many
 * does nothing, and one too few is made good by whoever sweeps the rows.
 */
export class Queue {
  private readonly boss: PgBoss;
  private readonly stopping = new AbortController();
  private started = false;
  /** Of the queue's tables, when it started on them. */
  private schemaVersion: number | null = null;

  constructor(private readonly options: QueueOptions) {
    // Handed on to node-postgres, though the queue's own types do not name it.
    const handedOn = { Client: mortalClient(STATEMENT_TIMEOUT_MS + 5_000), statement_timeout: STATEMENT_TIMEOUT_MS };
    this.boss = new PgBoss({
      ...handedOn,
      connectionString: options.url,
      application_name: 'isthmus queue',
      schema: QUEUE_SCHEMA,
      max: 4,
      // Made by `migrate`, under the one lock; a schema of another version is refused on start.
      migrate: false,
      schedule: false,
      supervise: options.supervise ?? true,
      superviseIntervalSeconds: 15,
      monitorIntervalSeconds: 15,
      useListenNotify: true,
    });
    this.boss.on('error', (error) => options.logger.warn({ err: error }, 'The job queue had trouble; it goes on trying'));
    this.boss.on('warning', (warning) => options.logger.debug({ warning }, 'The job queue remarks'));
  }

  /** @throws when the queue's schema is not the one this version needs. */
  async start(): Promise<void> {
    this.started = true;
    try {
      await this.boss.start();
      this.schemaVersion = await this.boss.schemaVersion();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Looks for dead workers and old jobs now; done by itself every quarter of a minute. */
  async supervise(): Promise<void> {
    await this.boss.supervise(IMPORT_QUEUE);
  }

  /** Whether it was started and not stopped. */
  get running(): boolean {
    return this.started && !this.stopping.signal.aborted;
  }

  /** Whether it runs, its own connections reach the database, and its tables are those it started on. @throws when they do not answer. */
  async works(): Promise<boolean> {
    return this.running && (await this.boss.schemaVersion()) === this.schemaVersion;
  }

  /**
   * Takes no more jobs, asks running imports to end and waits for them; what does not end in time is left to another attempt.
   * Safe to call twice.
   */
  async stop(): Promise<void> {
    if (!this.started) return;
    this.stopping.abort(new Error('Isthmus is stopping'));
    await this.boss.stop({ graceful: true, timeout: this.options.patienceMs ?? PATIENCE_MS });
    this.started = false;
  }

  /** Asks for an import to be run. One that waits in the queue already is not queued twice: false. */
  async enqueueImport(importId: string, options: EnqueueOptions = {}): Promise<boolean> {
    const { manager, startAfterSeconds, goesFirst = false } = options;
    const id = await this.boss.send(
      IMPORT_QUEUE,
      { importId, goesFirst },
      {
        singletonKey: importId,
        priority: goesFirst ? FIRST : 0,
        ...(manager === undefined ? {} : { db: onDatabase(manager) }),
        ...(startAfterSeconds ? { startAfter: startAfterSeconds } : {}),
      },
    );
    this.options.logger.info({ importId }, id === null ? 'An import was queued already' : 'An import was queued');
    return id !== null;
  }

  /**
   * Runs imports in this process, so many at a time, until the queue is stopped; and besides, one of those that somebody waits for, so
   * that they need not wait for the end of others.
   */
  async workImports(handler: ImportHandler, concurrency = 2): Promise<void> {
    for (let worker = 0; worker < concurrency; worker += 1) await this.workOneByOne(handler);
    await this.workOneByOne(handler, FIRST);
  }

  private async workOneByOne(handler: ImportHandler, minPriority?: number): Promise<void> {
    const settings = {
      ...(minPriority === undefined ? {} : { minPriority }),
      batchSize: 1,
      pollingIntervalSeconds: 2,
      notifyPollingIntervalSeconds: 5,
      heartbeatRefreshSeconds: 10,
    };
    const worker = await this.boss.work<{ importId: string; goesFirst?: boolean }>(IMPORT_QUEUE, settings, async (jobs) => {
      for (const job of jobs) {
        const { importId } = job.data;
        try {
          // Not the job's own signal: that another process took this job for dead says nothing about the import.
          await handler(importId, this.stopping.signal, job.data.goesFirst === true);
        } catch (error) {
          this.options.logger.warn({ importId, err: error }, 'An import was given up by this worker; another attempt follows');
          throw error;
        } finally {
          // It may have been queued long ago, so that nobody tells of it again: looked for now, and not after a pause.
          this.boss.notifyWorker(worker);
        }
      }
    });
  }
}
