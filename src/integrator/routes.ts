import type { FastifyInstance } from 'fastify';
import { listOf, page, PageQuery } from '../http/page.js';
import { route } from '../http/route.js';
import { ImportView, viewOfImport } from '../imports/import-view.js';
import type { Services } from '../services.js';
import { showTenant } from '../tenants/show-tenants.js';
import { TenantView } from '../tenants/tenant-view.js';
import { IntegratorService } from './integrator-service.js';
import { Pause, RunView, viewOfRun } from './run-view.js';

/** The daily schedule: pause, resume, run now, look back. */
export function integratorRoutes(app: FastifyInstance, services: Services): void {
  const integrator = new IntegratorService(services);

  route(app, {
    method: 'POST',
    url: '/tenants/:id/pause',
    access: 'operator',
    summary: 'Pause the integrator for a tenant',
    description: 'An import that waits or runs goes on, and imports by hand stay possible. Days that come due meanwhile are left alone.',
    tag: 'integrator',
    body: Pause,
    bodyOptional: true,
    response: TenantView,
    handler: async ({ caller, params, body }) => showTenant(services, await integrator.pause(caller, params.id, body.why)),
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/resume',
    access: 'operator',
    summary: 'End a pause',
    description: 'What came due during the pause is not caught up.',
    tag: 'integrator',
    response: TenantView,
    handler: async ({ caller, params }) => showTenant(services, await integrator.resume(caller, params.id)),
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/integrator/run',
    access: 'operator',
    summary: 'Run the integrator now',
    description:
      'The same import as the daily one, beside the schedule: today’s still comes. 409 with the `importId` of another import that waits or runs, and while the integrator leaves the tenant alone.',
    tag: 'integrator',
    response: ImportView,
    status: 202,
    problems: [409],
    handler: async ({ caller, params, reply }) => {
      const started = await integrator.run(caller, params.id);
      reply.header('location', `/api/v1/imports/${started.id}`);
      return viewOfImport(started);
    },
  });

  route(app, {
    method: 'GET',
    url: '/tenants/:id/integrator/runs',
    access: 'viewer',
    summary: 'The days of the schedule, newest first',
    tag: 'integrator',
    query: PageQuery,
    response: listOf(RunView),
    handler: async ({ caller, params, query }) => {
      const [runs, total] = await integrator.runs(caller, params.id, query);
      const views = runs.map(({ slot, started }) => viewOfRun(slot, started));
      return page(views, total, query);
    },
  });
}
