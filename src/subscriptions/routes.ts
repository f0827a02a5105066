import type { FastifyInstance } from 'fastify';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { visibleTenant } from '../tenants/tenant-access.js';
import { LinkView, SetLink, SubscriptionLineView, SubscriptionsQuery, viewOfLink } from './dto.js';
import { LinksService } from './links-service.js';
import { listSubscriptions } from './list-subscriptions.js';

/** Subscriptions and the licences they are kept in. */
export function subscriptionRoutes(app: FastifyInstance, services: Services): void {
  const links = new LinksService(services);

  route(app, {
    method: 'GET',
    url: '/tenants/:id/subscriptions',
    access: 'viewer',
    summary: 'Product lines of subscriptions',
    description: 'As the marketplace last showed them: one row for each line, and one for a subscription without any.',
    query: SubscriptionsQuery,
    response: listOf(SubscriptionLineView),
    handler: async ({ caller, params, query }) => {
      await visibleTenant(services.dataSource.manager, caller, params.id);
      const [found, total] = await listSubscriptions(services.dataSource, params.id, query);
      return page(found, total, query);
    },
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/links',
    access: 'operator',
    summary: 'Adopt a licence that is there already, or have one created anyway',
    description: 'In place of whatever was said before. Repeating it is safe; then the answer is 200.',
    body: SetLink,
    response: LinkView,
    status: 201,
    problems: [409, 422, 502, 503, 504],
    handler: async ({ caller, params, body, reply }) => {
      const { link, made } = await links.set(caller, params.id, body);
      return made ? viewOfLink(link) : reply.code(200).send(viewOfLink(link));
    },
  });
}
