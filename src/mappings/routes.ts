import type { FastifyInstance } from 'fastify';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { visibleTenant } from '../tenants/tenant-access.js';
import { generate } from './generate.js';
import { listCustomers } from './customers.js';
import {
  ChangeMapping,
  CustomersQuery,
  CustomerView,
  GeneratedMappings,
  MappingView,
  RemoveMappingQuery,
  SetMapping,
  viewOfMapping,
} from './dto.js';
import { MappingsService } from './mappings-service.js';
import { setSeveral } from './set-several.js';
import { SetSeveralMappings, SeveralMappings, TakeBack, TakenBack } from './several-dto.js';
import { takeBack } from './take-back.js';

/** Customers and what they are in HaloPSA. */
export function mappingRoutes(app: FastifyInstance, services: Services): void {
  const mappings = new MappingsService(services);

  route(app, {
    method: 'GET',
    url: '/tenants/:id/customers',
    access: 'viewer',
    summary: 'Customers with their mapping',
    description: 'As the marketplace last showed them. The state `unmapped` is for those without any mapping.',
    query: CustomersQuery,
    response: listOf(CustomerView),
    handler: async ({ caller, params, query }) => {
      await visibleTenant(services.dataSource.manager, caller, params.id);
      const [found, total] = await listCustomers(services.dataSource, params.id, query);
      return page(found, total, query);
    },
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/mappings',
    access: 'operator',
    summary: 'Say what a customer is',
    description: 'In place of whatever was said before; then the answer is 200. Repeating it is safe.',
    body: SetMapping,
    response: MappingView,
    status: 201,
    problems: [409, 422, 502, 503, 504],
    handler: async ({ caller, params, body, reply }) => {
      const { mapping, made } = await mappings.set(caller, params.id, body);
      return made ? viewOfMapping(mapping) : reply.code(200).send(viewOfMapping(mapping));
    },
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/mappings/several',
    access: 'operator',
    summary: 'Say the same of several customers',
    description: 'Each by itself: the answer names those for whom it could not be done.',
    body: SetSeveralMappings,
    response: SeveralMappings,
    problems: [502, 503, 504],
    handler: ({ caller, params, body }) => setSeveral(services, caller, params.id, body),
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/mappings/take-back',
    access: 'operator',
    summary: 'Take back what was last said of some mappings',
    description: 'Each by itself, where nothing changed it since. Also a removal.',
    body: TakeBack,
    response: TakenBack,
    handler: ({ caller, params, body }) => takeBack(services, caller, params.id, body),
  });

  route(app, {
    method: 'PATCH',
    url: '/mappings/:id',
    access: 'operator',
    summary: 'Change a mapping',
    body: ChangeMapping,
    response: MappingView,
    problems: [409, 422, 502, 503, 504],
    handler: async ({ caller, params, body }) => viewOfMapping(await mappings.update(caller, params.id, body)),
  });

  route(app, {
    method: 'DELETE',
    url: '/mappings/:id',
    access: 'operator',
    summary: 'Remove a mapping',
    description: 'The customer is unmapped again. Nothing in HaloPSA is touched.',
    query: RemoveMappingQuery,
    problems: [409],
    handler: ({ caller, params, query }) => mappings.remove(caller, params.id, query.licences),
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/mappings/generate',
    access: 'operator',
    summary: 'Match all customers that can be matched exactly',
    description: 'By key or by exactly the same name. What people mapped stays. Repeating it is safe.',
    response: GeneratedMappings,
    problems: [422, 502, 503, 504],
    handler: ({ caller, params }) => generate(services, caller, params.id),
  });
}
