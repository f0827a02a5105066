import type { FastifyInstance } from 'fastify';
import { Line, MayBeAbsent } from '../http/fields.js';
import { listOf, page, PageQuery } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { CreatePsaInstance, UpdatePsaInstance } from './dto.js';
import { askPsa } from './psa-connection.js';
import {
  ClientView,
  CreatedPsaInstance,
  PsaInstanceView,
  TopLevelView,
  VerificationView,
  viewOfClient,
  viewOfPsaInstance,
  WebhookSecret,
} from './psa-instance-view.js';
import { PsaInstancesService } from './psa-instances-service.js';

class ClientSearch extends PageQuery {
  @MayBeAbsent() @Line(200) search?: string;
}

/** PSA instances, and what pickers read through from the PSA. */
export function psaInstanceRoutes(app: FastifyInstance, services: Services): void {
  const instances = new PsaInstancesService(services);

  route(app, {
    method: 'GET',
    url: '/psa-instances',
    access: 'viewer',
    summary: 'The PSA instances you see',
    query: PageQuery,
    response: listOf(PsaInstanceView),
    handler: async ({ caller, query }) => {
      const [found, total] = await instances.list(caller, query);
      return page(found.map(viewOfPsaInstance), total, query);
    },
  });

  route(app, {
    method: 'POST',
    url: '/psa-instances',
    access: 'owner',
    sensitive: true,
    summary: 'Add a PSA instance',
    description: 'The answer is the only place that shows its webhook secret.',
    body: CreatePsaInstance,
    response: CreatedPsaInstance,
    status: 201,
    handler: async ({ caller, body, reply }) => {
      const { instance, webhookSecret } = await instances.create(caller, body);
      reply.header('location', `/api/v1/psa-instances/${instance.id}`);
      return { ...viewOfPsaInstance(instance), webhookSecret };
    },
  });

  route(app, {
    method: 'GET',
    url: '/psa-instances/:id',
    access: 'viewer',
    summary: 'One PSA instance',
    response: PsaInstanceView,
    handler: async ({ caller, params }) => viewOfPsaInstance(await instances.one(caller, params.id)),
  });

  route(app, {
    method: 'PATCH',
    url: '/psa-instances/:id',
    access: 'admin',
    sensitive: ['baseUrl', 'authUrl', 'haloTenant', 'clientId', 'clientSecret', 'iframeSecret'],
    summary: 'Change a PSA instance',
    description: 'What is left out stays. Changing baseUrl, authUrl or clientId needs clientSecret in the same request.',
    body: UpdatePsaInstance,
    response: PsaInstanceView,
    handler: async ({ caller, params, body }) => viewOfPsaInstance(await instances.update(caller, params.id, body)),
  });

  route(app, {
    method: 'DELETE',
    url: '/psa-instances/:id',
    access: 'admin',
    sensitive: true,
    summary: 'Archive a PSA instance',
    description: 'Its tenants are archived with it. Nothing in HaloPSA is touched.',
    problems: [409],
    handler: ({ caller, params }) => instances.archive(caller, params.id),
  });

  route(app, {
    method: 'POST',
    url: '/psa-instances/:id/verify',
    access: 'admin',
    summary: 'Check each thing that imports need of a HaloPSA',
    response: VerificationView,
    problems: [429],
    handler: ({ caller, params }) => instances.verify(caller, params.id),
  });

  route(app, {
    method: 'POST',
    url: '/psa-instances/:id/webhook-secret',
    access: 'admin',
    sensitive: true,
    summary: 'Make another webhook secret',
    description: 'The old one stops working. The answer is the only place that shows the new one.',
    response: WebhookSecret,
    status: 201,
    handler: async ({ caller, params }) => ({ webhookSecret: await instances.renewWebhookSecret(caller, params.id) }),
  });

  route(app, {
    method: 'GET',
    url: '/psa-instances/:id/top-levels',
    access: 'viewer',
    summary: 'Top levels, read from HaloPSA',
    query: PageQuery,
    response: listOf(TopLevelView),
    problems: [422, 502, 503, 504],
    handler: async ({ caller, params, query }) => {
      const all = await askPsa(services, await instances.one(caller, params.id), (psa) => psa.topLevels());
      return page(all.slice(query.offset, query.offset + query.limit), all.length, query);
    },
  });

  route(app, {
    method: 'GET',
    url: '/psa-instances/:id/clients',
    access: 'viewer',
    summary: 'Clients that match, read from HaloPSA',
    description: 'At most 50, inactive ones too.',
    query: ClientSearch,
    response: listOf(ClientView),
    problems: [422, 502, 503, 504],
    handler: async ({ caller, params, query }) => {
      const found = await askPsa(services, await instances.one(caller, params.id), (psa) => psa.searchClients(query.search ?? ''));
      const part = found.slice(query.offset, query.offset + query.limit);
      return page(part.map(viewOfClient), found.length, query);
    },
  });
}
