import type { FastifyInstance } from 'fastify';
import { AsyncTask, SimpleIntervalJob } from 'toad-scheduler';
import { psaSettings } from '../connect.js';
import { prepared } from '../database/prepared.js';
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

/** The tenant of an import that ended, where tickets are wanted. */
const ENDED = prepared(
  'ended_to_tell',
  `SELECT imports.tenant_id AS "tenantId" FROM imports JOIN psa_instances ON psa_instances.id = imports.psa_instance_id
  WHERE imports.id = $1 AND NOT imports.preview AND imports.state NOT IN ('queued', 'running')
    AND psa_instances.alert_client_id IS NOT NULL AND psa_instances.alert_ticket_type_id IS NOT NULL`,
);

/** Tells people of what an import that just ended needs of them. Never throws. */
export async function tellOfImport(services: Services, importId: string, signal: AbortSignal): Promise<void> {
  try {
    const [ended] = await services.dataSource.query<{ tenantId: string }[]>(ENDED, [importId]);
    if (ended) await alertsOf(services).reconcileTenant(ended.tenantId, signal);
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
