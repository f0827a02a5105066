import type { FastifyInstance } from 'fastify';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { ApprovalsService } from './approvals-service.js';
import { ApproveImport, ChangesQuery, ChangeView, ImportsQuery, SkipReasons, SkipsQuery, SkipView, StartImport } from './dto.js';
import { ImportView, viewOfImport } from './import-view.js';
import { ImportsService } from './imports-service.js';

/** Imports: start, watch, cancel, and a person's word on what was held. */
export function importRoutes(app: FastifyInstance, services: Services): void {
  const imports = new ImportsService(services);
  const approvals = new ApprovalsService(services);

  route(app, {
    method: 'POST',
    url: '/tenants/:id/imports',
    access: 'operator',
    summary: 'Start an import',
    description:
      'It runs in the background; look at its `Location`. While another one of the tenant waits or runs, the answer is 409 with its `importId`.',
    tag: 'imports',
    body: StartImport,
    response: ImportView,
    status: 202,
    problems: [409, 422, 502, 503, 504],
    handler: async ({ caller, params, body, reply }) => {
      const started = await imports.start(caller, params.id, body);
      reply.header('location', `/api/v1/imports/${started.id}`);
      return viewOfImport(started);
    },
  });

  route(app, {
    method: 'GET',
    url: '/imports',
    access: 'viewer',
    summary: 'Imports, newest first',
    query: ImportsQuery,
    response: listOf(ImportView),
    handler: async ({ caller, query }) => {
      const [found, total] = await imports.list(caller, query);
      return page(found.map(viewOfImport), total, query);
    },
  });

  route(app, {
    method: 'GET',
    url: '/imports/:id',
    access: 'viewer',
    summary: 'One import',
    response: ImportView,
    handler: async ({ caller, params }) => viewOfImport(await imports.one(caller, params.id)),
  });

  route(app, {
    method: 'GET',
    url: '/imports/:id/changes',
    access: 'viewer',
    summary: 'What an import did or would do',
    query: ChangesQuery,
    response: listOf(ChangeView),
    handler: async ({ caller, params, query }) => {
      const [found, total] = await imports.changes(caller, params.id, query);
      return page(found, total, query);
    },
  });

  route(app, {
    method: 'GET',
    url: '/imports/:id/skips',
    access: 'viewer',
    summary: 'What an import left alone, and why',
    query: SkipsQuery,
    response: listOf(SkipView),
    handler: async ({ caller, params, query }) => {
      const [found, total] = await imports.skips(caller, params.id, query);
      return page(found, total, query);
    },
  });

  route(app, {
    method: 'GET',
    url: '/imports/:id/skip-reasons',
    access: 'viewer',
    summary: 'For which reasons an import left things alone, and how many',
    response: SkipReasons,
    handler: ({ caller, params }) => imports.skipReasons(caller, params.id),
  });

  route(app, {
    method: 'POST',
    url: '/imports/:id/cancel',
    access: 'operator',
    summary: 'Cancel an import',
    description: 'One that waits ends at once; one that runs ends after the call it is making.',
    response: ImportView,
    status: 202,
    problems: [409],
    handler: async ({ caller, params }) => viewOfImport(await imports.cancel(caller, params.id)),
  });

  route(app, {
    method: 'POST',
    url: '/imports/:id/approve',
    access: 'operator',
    summary: 'Approve held changes',
    description:
      'All of them, or those named. Both sides are looked at again first; what is still called for is then made. The rest is let go, and the next import decides anew about it.',
    body: ApproveImport,
    response: ImportView,
    status: 202,
    problems: [409],
    handler: async ({ caller, params, body }) => viewOfImport(await approvals.approve(caller, params.id, body)),
  });

  route(app, {
    method: 'POST',
    url: '/imports/:id/discard',
    access: 'operator',
    summary: 'Discard held changes',
    description: 'Nothing of them is made. The next import decides anew.',
    response: ImportView,
    problems: [409],
    handler: async ({ caller, params }) => viewOfImport(await approvals.discard(caller, params.id)),
  });
}
