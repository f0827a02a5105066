import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { isSchemaOurs } from '../database/migrate.js';
import type { Queue } from '../queue/queue.js';

type Finding = 'ok' | 'failed';

/** What `/health/ready` answers; 200 when all is ok, else 503. */
export interface Readiness {
  status: 'ready' | 'not ready';
  checks: { database: Finding; schema: Finding; queue: Finding };
}

const PATIENCE_MS = 2_000;

/**
 * Whether this process can do its work now: the database answers, its schema is the one we know (neither older nor newer), and the
 * queue runs and reaches its tables.
 */
export async function readiness(dataSource: DataSource, queue: Queue): Promise<Readiness> {
  const [database, schema, queueWorks] = await Promise.all([
    finding(() => dataSource.query('SELECT 1').then(() => true)),
    finding(() => isSchemaOurs(dataSource)),
    finding(() => queue.works()),
  ]);
  const checks = { database, schema, queue: queueWorks };
  return { status: Object.values(checks).every((check) => check === 'ok') ? 'ready' : 'not ready', checks };
}

/** For supervisors, without sign-in: `/health/live` (the process answers) and `/health/ready` (it can do its work). */
export function healthRoutes(app: FastifyInstance, parts: { dataSource: DataSource; queue: Queue }): void {
  app.get('/health/live', { config: { access: 'public' } }, () => ({ status: 'live' }));
  app.get('/health/ready', { config: { access: 'public' } }, async (_request, reply) => {
    const found = await readiness(parts.dataSource, parts.queue);
    return reply
      .code(found.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(found);
  });
}

async function finding(check: () => Promise<boolean>): Promise<Finding> {
  const gaveUp = new AbortController();
  try {
    const slow = delay(PATIENCE_MS, false, { signal: gaveUp.signal });
    slow.catch(() => undefined);
    return (await Promise.race([check(), slow])) ? 'ok' : 'failed';
  } catch {
    return 'failed';
  } finally {
    gaveUp.abort();
  }
}
