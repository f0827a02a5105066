import type { FastifyInstance } from 'fastify';
import { listOf, page, PageQuery } from '../http/page.js';
import { route } from '../http/route.js';
import { marketplaces } from '../marketplace/index.js';
import type { Services } from '../services.js';
import { CreateTenant, MarketplaceAccount, SaveQuery, TenantsQuery, UpdateTenant } from './dto.js';
import { showTenant, showTenants } from './show-tenants.js';
import { MarketplaceVerificationView, OfferedMarketplaceView, SavedTenant, TenantView } from './tenant-view.js';
import { type Saved, TenantsService } from './tenants-service.js';

/** Tenants and the marketplaces they may be of. */
export function tenantRoutes(app: FastifyInstance, services: Services): void {
  const tenants = new TenantsService(services);
  const saved = async ({ tenant, remarks }: Saved): Promise<SavedTenant> => ({
    ...(await showTenant(services, tenant)),
    remarks,
  });

  route(app, {
    method: 'GET',
    url: '/marketplaces',
    access: 'viewer',
    summary: 'The marketplaces to choose from',
    description: 'Help, not a closed list: other codes of two to five letters are taken too.',
    query: PageQuery,
    response: listOf(OfferedMarketplaceView),
    handler: async ({ query }) => page(marketplaces.slice(query.offset, query.offset + query.limit), marketplaces.length, query),
  });

  route(app, {
    method: 'GET',
    url: '/tenants',
    access: 'viewer',
    summary: 'The tenants you see',
    query: TenantsQuery,
    response: listOf(TenantView),
    handler: async ({ caller, query }) => {
      const [found, total] = await tenants.list(caller, query);
      return page(await showTenants(services, found), total, query);
    },
  });

  route(app, {
    method: 'POST',
    url: '/tenants',
    access: 'admin',
    sensitive: true,
    summary: 'Add a tenant',
    description: 'It is saved only if its account works, unless `unverified=true`.',
    body: CreateTenant,
    query: SaveQuery,
    response: SavedTenant,
    status: 201,
    problems: [404, 422, 429],
    handler: async ({ caller, body, query, reply }) => {
      const made = await tenants.create(caller, body, query.unverified);
      reply.header('location', `/api/v1/tenants/${made.tenant.id}`);
      return saved(made);
    },
  });

  route(app, {
    method: 'GET',
    url: '/tenants/:id',
    access: 'viewer',
    summary: 'One tenant',
    response: TenantView,
    handler: async ({ caller, params }) => showTenant(services, await tenants.one(caller, params.id)),
  });

  route(app, {
    method: 'PATCH',
    url: '/tenants/:id',
    access: 'admin',
    sensitive: ['apiUrl', 'marketplace', 'username', 'password', 'subscriptionKey', 'applicationId', 'accountId'],
    summary: 'Change a tenant',
    description:
      'What is left out stays. Changing apiUrl or username needs password and subscriptionKey in the same request. A changed account is saved only if it works, unless `unverified=true`.',
    body: UpdateTenant,
    query: SaveQuery,
    response: SavedTenant,
    problems: [409, 422, 429],
    handler: async ({ caller, params, body, query }) => saved(await tenants.update(caller, params.id, body, query.unverified)),
  });

  route(app, {
    method: 'DELETE',
    url: '/tenants/:id',
    access: 'admin',
    sensitive: true,
    summary: 'Archive a tenant',
    description: 'Nothing in HaloPSA is touched.',
    problems: [409],
    handler: ({ caller, params }) => tenants.archive(caller, params.id),
  });

  route(app, {
    method: 'POST',
    url: '/tenants/verify',
    access: 'admin',
    sensitive: true,
    summary: 'Check a marketplace account before saving it',
    body: MarketplaceAccount,
    response: MarketplaceVerificationView,
    problems: [429],
    handler: ({ caller, body }) => tenants.verifyAccount(caller, body),
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/verify',
    access: 'admin',
    summary: "Check a tenant's account",
    response: MarketplaceVerificationView,
    problems: [429],
    handler: ({ caller, params }) => tenants.verify(caller, params.id),
  });
}
