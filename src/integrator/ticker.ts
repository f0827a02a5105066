import type { FastifyInstance } from 'fastify';
import { AsyncTask, SimpleIntervalJob } from 'toad-scheduler';
import { isConnectionLost } from '../database/connection-lost.js';
import type { Services } from '../services.js';
import { tick } from './tick.js';

const ID = 'integrator';
const EVERY_SECONDS = 30;

/** Looks at the schedules at once and every half minute, until the function it gives is called; that waits for a look under way. */
export function integratorTicker(services: Services, app: Pick<FastifyInstance, 'scheduler'>): Promise<() => Promise<void>> {
  const { logger } = services;
  const stopping = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      const { started, waiting, left_alone: leftAlone } = await tick(services, { signal: stopping.signal });
      if (started + waiting + leftAlone > 0) logger.info({ started, waiting, leftAlone }, 'The integrator found imports due');
    } catch (error) {
      // Nothing is lost: what is due stays due until a tick gets through.
      if (isConnectionLost(error)) logger.warn({ err: error }, 'The schedules could not be looked at; the database is out of reach');
      else logger.error({ err: error }, 'The schedules could not be looked at');
    }
  };
  const task = new AsyncTask(ID, () => (underWay = look()));
  app.scheduler.addSimpleIntervalJob(
    new SimpleIntervalJob({ seconds: EVERY_SECONDS, runImmediately: true }, task, { id: ID, preventOverrun: true }),
  );
  return Promise.resolve(async () => {
    // The scheduler itself does not wait for what it started.
    stopping.abort();
    app.scheduler.removeById(ID);
    await underWay;
  });
}
