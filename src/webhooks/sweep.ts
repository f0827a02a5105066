import type { FastifyInstance } from 'fastify';
import { AsyncTask, SimpleIntervalJob } from 'toad-scheduler';
import { Tenant } from '../../entities/index.js';
import { isConnectionLost } from '../database/connection-lost.js';
import type { Services } from '../services.js';
import { act } from './act.js';
import { prune } from './prune.js';
import { startKept } from './start-kept.js';

type Needed = Pick<Services, 'dataSource' | 'queue' | 'logger'>;

/** Short, because people who pressed a button wait. */
const EVERY_SECONDS = 5;
const PRUNE_EVERY_SECONDS = 600;
/** Of each kind, in one sweep. */
const AT_ONCE = 100;

/**
 * Acts on deliveries that were stored and not acted on, because a process died in between, say; then starts what was kept for tenants
 * that are free now. Any number of processes may at once. What fails is logged and tried again by the next sweep.
 * @throws when the database is out of reach.
 */
export async function sweepWebhooks(services: Needed): Promise<void> {
  const { dataSource, queue, logger } = services;
  const guarded = async (about: object, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (isConnectionLost(error)) throw error;
      logger.error({ ...about, err: error }, 'What a webhook asked for could not be done; the next sweep tries again');
    }
  };
  const left = await dataSource.query<{ id: string }[]>(
    `SELECT id FROM webhook_deliveries WHERE state = 'stored' ORDER BY received_at LIMIT ${AT_ONCE}`,
  );
  for (const { id } of left) await guarded({ deliveryId: id }, () => act(services, id));
  const free = await dataSource.query<{ tenantId: string; clientId: string | null }[]>(
    `SELECT tenant_id AS "tenantId", client_id AS "clientId" FROM webhook_imports WHERE state = 'kept' AND NOT EXISTS (
       SELECT FROM imports WHERE imports.tenant_id = webhook_imports.tenant_id AND imports.state IN ('queued', 'running'))
     GROUP BY tenant_id, client_id ORDER BY min(created_at) LIMIT ${AT_ONCE}`,
  );
  for (const { tenantId, clientId } of free) {
    await guarded({ tenantId }, () =>
      dataSource.transaction(async (manager) => {
        const tenant = await manager.findOneOrFail(Tenant, { where: { id: tenantId }, lock: { mode: 'pessimistic_read' } });
        await startKept(manager, queue, tenant, clientId);
      }),
    );
  }
}

/** Sweeps every few seconds and prunes now and then, until the function it gives is called; that waits for what is under way. */
export function webhookSweeper(services: Needed, app: Pick<FastifyInstance, 'scheduler'>): Promise<() => Promise<void>> {
  const { dataSource, logger } = services;
  const underWay = new Map<string, Promise<void>>();
  const every = (seconds: number, id: string, work: () => Promise<unknown>): void => {
    const look = async (): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (isConnectionLost(error)) logger.warn({ err: error }, 'Webhook deliveries wait; the database is out of reach');
        else logger.error({ err: error }, 'Webhook deliveries could not be looked at');
      }
    };
    const task = new AsyncTask(id, () => {
      const running = look();
      underWay.set(id, running);
      return running;
    });
    app.scheduler.addSimpleIntervalJob(new SimpleIntervalJob({ seconds, runImmediately: true }, task, { id, preventOverrun: true }));
  };
  every(EVERY_SECONDS, 'webhooks', () => sweepWebhooks(services));
  every(PRUNE_EVERY_SECONDS, 'webhooks-prune', () => prune(dataSource));
  return Promise.resolve(async () => {
    // The scheduler itself does not wait for what it started.
    for (const id of ['webhooks', 'webhooks-prune']) app.scheduler.removeById(id);
    await Promise.all(underWay.values());
  });
}
