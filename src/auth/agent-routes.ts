import type { FastifyInstance } from 'fastify';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { AgentsQuery, AgentView, GrantRole, viewOfAgent } from './agent-dto.js';
import { GrantsService } from './grants-service.js';

/** What agents of Halo may do who come in through its tab. */
export function agentRoutes(app: FastifyInstance, services: Services): void {
  const grants = new GrantsService(services);

  route(app, {
    method: 'GET',
    url: '/agents',
    access: 'admin',
    sensitive: true,
    summary: 'Agents who came in from Halo, or may do more than look',
    query: AgentsQuery,
    response: listOf(AgentView),
    handler: async ({ caller, query }) => {
      const [found, total] = await grants.list(caller, query);
      return page(found.map(viewOfAgent), total, query);
    },
  });

  route(app, {
    method: 'PUT',
    url: '/agents',
    access: 'admin',
    sensitive: true,
    summary: 'Give an agent a role',
    description:
      'It holds from their next call on, in sessions that go on too. Whatever it is, credentials and tokens stay closed to them.',
    body: GrantRole,
    response: AgentView,
    problems: [404, 422, 502, 503, 504],
    handler: async ({ caller, body }) => viewOfAgent(await grants.grant(caller, body)),
  });
}
