import type { FastifyInstance } from 'fastify';
import { AsyncTask, SimpleIntervalJob } from 'toad-scheduler';
import { isConnectionLost } from '../database/connection-lost.js';
import type { Services } from '../services.js';
import { goesFirst } from './goes-first.js';
import { importsWithoutJob } from './store/take-over.js';

type Needed = Pick<Services, 'dataSource' | 'queue' | 'logger'>;

const ID = 'sweep';
/** With what makes a silent import safe to take up, well within two minutes. */
const EVERY_SECONDS = 15;

/**
 * Queues imports that may be taken up and that no job stands for: those whose worker died, and those whose job was lost. Any number of
 * processes may at once. Gives how many it queued. @throws when the database is out of reach.
 */
export async function sweep({ dataSource, queue, logger }: Needed): Promise<number> {
  let queued = 0;
  for (const left of await importsWithoutJob(dataSource)) {
    const importId = left.id;
    if (!(await queue.enqueueImport(importId, { goesFirst: goesFirst(left) }))) continue;
    queued += 1;
    logger.warn({ importId }, 'An import was left behind by its worker or its job; it is taken up again');
  }
  return queued;
}

/** Sweeps at once and every quarter of a minute, until the function it gives is called; that waits for a sweep under way. */
export function importSweeper(services: Needed, app: Pick<FastifyInstance, 'scheduler'>): Promise<() => Promise<void>> {
  const { logger } = services;
  let underWay: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      await sweep(services);
    } catch (error) {
      if (isConnectionLost(error)) logger.warn({ err: error }, 'Imports left behind could not be looked for; the database is out of reach');
      else logger.error({ err: error }, 'Imports left behind could not be looked for');
    }
  };
  const task = new AsyncTask(ID, () => (underWay = look()));
  app.scheduler.addSimpleIntervalJob(
    new SimpleIntervalJob({ seconds: EVERY_SECONDS, runImmediately: true }, task, { id: ID, preventOverrun: true }),
  );
  return Promise.resolve(async () => {
    // The scheduler itself does not wait for what it started.
    app.scheduler.removeById(ID);
    await underWay;
  });
}
