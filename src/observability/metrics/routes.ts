import { collectDefaultMetrics, Registry } from '@prometheus-io/client';
import type { FastifyInstance } from 'fastify';
import type { DataSource } from 'typeorm';
import { figures } from './figures.js';

/** Memory, processor time, event loop and the like of this process: there is one, however many apps it builds. */
let ofProcess: Registry | undefined;

function processFigures(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** `/metrics` in Prometheus's text form. A token of one PSA instance shows its tenants only, an owner's all. */
export function metricsRoutes(app: FastifyInstance, { dataSource }: { dataSource: DataSource }): void {
  const own = processFigures();
  app.get('/metrics', { config: { access: 'viewer' } }, async (request, reply) => {
    // The guard has run: there is a caller. Were there none, an id that nobody has would show nothing.
    const sight = request.caller ? request.caller.psaInstanceId : '00000000-0000-0000-0000-000000000000';
    const text = `${await figures(dataSource, sight)}\n${await own.metrics()}`;
    return reply.header('cache-control', 'no-store').type(own.contentType).send(text);
  });
}
