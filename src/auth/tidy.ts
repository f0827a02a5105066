import type { FastifyInstance } from 'fastify';
import { AsyncTask, SimpleIntervalJob } from 'toad-scheduler';
import type { DataSource } from 'typeorm';
import type { Services } from '../services.js';

const ID = 'sign-in-tidier';

/** Sessions and links that are over are kept this long, for whoever asks who was in; who came in and when, the audit trail keeps. */
const KEPT_DAYS = 30;

/** Takes away what nothing depends on any more: sessions and links long over, and counts whose time has passed. */
export async function tidySignIns(dataSource: DataSource): Promise<void> {
  const long = `now() - interval '${KEPT_DAYS} days'`;
  await dataSource.query(`DELETE FROM sessions WHERE ends_at < ${long}`);
  await dataSource.query(`DELETE FROM sign_in_links WHERE expires_at < ${long}`);
  await dataSource.query(`DELETE FROM throttles WHERE ends_at < now()`);
}

/** Tidies at once and every hour, until the function it gives is called; that waits for what is under way. */
export function signInTidier(services: Services, app: Pick<FastifyInstance, 'scheduler'>): Promise<() => Promise<void>> {
  let underWay: Promise<void> = Promise.resolve();
  const tidy = async (): Promise<void> => {
    try {
      await tidySignIns(services.dataSource);
    } catch (error) {
      // The next hour does it.
      services.logger.warn({ err: error }, 'Old sessions could not be taken away');
    }
  };
  const task = new AsyncTask(ID, () => (underWay = tidy()));
  app.scheduler.addSimpleIntervalJob(new SimpleIntervalJob({ hours: 1, runImmediately: true }, task, { id: ID, preventOverrun: true }));
  return Promise.resolve(async () => {
    app.scheduler.removeById(ID);
    await underWay;
  });
}
