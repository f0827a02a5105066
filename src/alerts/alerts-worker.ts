import type { FastifyInstance } from 'fastify';
import { AsyncTask, SimpleIntervalJob } from 'toad-scheduler';
import { Import } from '../../entities/index.js';
import { psaSettings } from '../connect.js';
import { PsaClient } from '../psa/index.js';
import { SharedBudget } from '../psa-instances/budget/shared-budget.js';
import { psaPolicy } from '../psa-instances/psa-connection.js';
import type { Services } from '../services.js';
import { AlertsService } from './alerts-service.js';

const ID = 'alerts';
const EVERY_MINUTES = 5;
/** Imports need the calls more: what would wait longer for its turn, in milliseconds, is told the next time. */
const LONGEST_WAIT_MS = 30_000;

/** The alerts of this process. */
export function alertsOf(services: Services): AlertsService {
  const { dataSource, logger, sealer } = services;
  return new AlertsService({
    dataSource,
    logger,
    publicUrl: () => services.publicUrl,
    openPsa: async (psaInstance, signal) =>
      new PsaClient(await psaSettings(sealer, psaInstance), {
        policy: psaPolicy(services),
        budget: new SharedBudget({ dataSource, psaInstanceId: psaInstance.id, logger, longestWaitMs: LONGEST_WAIT_MS, scheduled: true }),
        retry: { attempts: 2 },
        timeouts: { read: 30_000 },
        logger,
        signal,
      }),
  });
}

/** Tells people of what an import that just ended needs of them. Never throws. */
export async function tellOfImport(services: Services, importId: string, signal: AbortSignal): Promise<void> {
  try {
    const row = await services.dataSource.manager.findOneBy(Import, { id: importId });
    if (!row || row.preview || row.state === 'queued' || row.state === 'running') return;
    await alertsOf(services).reconcileTenant(row.tenantId, signal);
  } catch (error) {
    services.logger.warn({ importId, err: error }, 'People could not be told of an import; it is tried again');
  }
}

/**
 * Looks at the conditions of all tenants at once and every five minutes, until the function it gives is called; that waits for a look
 * under way. Any number of processes may.
 */
export function alertsWorker(services: Services, app: Pick<FastifyInstance, 'scheduler'>): Promise<() => Promise<void>> {
  const alerts = alertsOf(services);
  const stopping = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  const task = new AsyncTask(ID, () => (underWay = alerts.reconcileAll(stopping.signal)));
  app.scheduler.addSimpleIntervalJob(
    new SimpleIntervalJob({ minutes: EVERY_MINUTES, runImmediately: true }, task, { id: ID, preventOverrun: true }),
  );
  return Promise.resolve(async () => {
    // The scheduler itself does not wait for what it started.
    stopping.abort(new Error('Isthmus is stopping'));
    app.scheduler.removeById(ID);
    await underWay;
  });
}
