import type { FastifyInstance } from 'fastify';
import { listOf, page } from '../../http/page.js';
import { route } from '../../http/route.js';
import type { Services } from '../../services.js';
import { AuditQuery, AuditView, viewOfAuditLine } from './audit-dto.js';
import { listAudit } from './audit-service.js';

/** Who did what. */
export function auditRoutes(app: FastifyInstance, services: Services): void {
  route(app, {
    method: 'GET',
    url: '/audit',
    access: 'admin',
    summary: 'Who did what to which record, newest first',
    description: 'Of your PSA instance. What an import changed in HaloPSA is told by its changes.',
    query: AuditQuery,
    response: listOf(AuditView),
    handler: async ({ caller, query }) => {
      const [found, total] = await listAudit(services.dataSource, caller, query);
      return page(found.map(viewOfAuditLine), total, query);
    },
  });
}
