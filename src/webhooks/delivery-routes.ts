import type { FastifyInstance } from 'fastify';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { DeliveriesService } from './deliveries-service.js';
import { DeliveryView, viewOfDelivery } from './delivery-view.js';
import { DeliveriesQuery } from './dto.js';

/** What came from a Halo, and what became of it. */
export function deliveryRoutes(app: FastifyInstance, services: Services): void {
  const deliveries = new DeliveriesService(services);

  route(app, {
    method: 'GET',
    url: '/psa-instances/:id/webhook-deliveries',
    access: 'admin',
    summary: 'What HaloPSA sent, newest first',
    description: 'Kept for 30 days, and at most the newest 10000.',
    tag: 'webhooks',
    query: DeliveriesQuery,
    response: listOf(DeliveryView),
    handler: async ({ caller, params, query }) => {
      const [found, total] = await deliveries.list(caller, params.id, query);
      return page(found.map(viewOfDelivery), total, query);
    },
  });
}
