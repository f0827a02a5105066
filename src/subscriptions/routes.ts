import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { visibleTenant } from '../tenants/tenant-access.js';
import { AllSubscriptionsQuery, ExportQuery, LinkView, SetLink, SubscriptionLineView, SubscriptionsQuery, viewOfLink } from './dto.js';
import { exportSubscriptions } from './export-subscriptions.js';
import { HistoryQuery, historyOf, LineHistoryView } from './history.js';
import { LicenceView, viewOfLicence } from './licence-view.js';
import { LinksService } from './links-service.js';
import { listSubscriptions } from './list-subscriptions.js';
import { tenantsInSight } from './tenants-in-sight.js';

/** Subscriptions and the licences they are kept in. */
export function subscriptionRoutes(app: FastifyInstance, services: Services): void {
  const links = new LinksService(services);

  route(app, {
    method: 'GET',
    url: '/subscriptions',
    access: 'viewer',
    summary: 'Product lines of all tenants’ subscriptions',
    description: 'As the marketplace last showed them: one row for each line, and one for a subscription without any.',
    query: AllSubscriptionsQuery,
    response: listOf(SubscriptionLineView),
    handler: async ({ caller, query }) => {
      const tenants = await tenantsInSight(services.dataSource.manager, caller, query);
      const [found, total] = await listSubscriptions(services.dataSource, [...tenants.keys()], query);
      return page(found, total, query);
    },
  });

  route(app, {
    method: 'GET',
    url: '/subscriptions/csv',
    access: 'viewer',
    summary: 'The same as a file for spreadsheets',
    description: 'UTF-8, with commas. Texts that a spreadsheet would take for a formula begin with an apostrophe.',
    query: ExportQuery,
    file: 'text/csv',
    handler: async ({ caller, query, reply }) => {
      const tenants = await tenantsInSight(services.dataSource.manager, caller, query);
      reply.header('content-disposition', 'attachment; filename="subscriptions.csv"').type('text/csv; charset=utf-8');
      return Readable.from(exportSubscriptions(services.dataSource, tenants, query));
    },
  });

  route(app, {
    method: 'GET',
    url: '/tenants/:id/subscriptions/history',
    access: 'viewer',
    summary: 'Quantities, costs and prices as they were seen, newest first',
    description: 'A row for each time that a line showed another quantity, cost or price.',
    query: HistoryQuery,
    response: listOf(LineHistoryView),
    handler: async ({ caller, params, query }) => {
      await visibleTenant(services.dataSource.manager, caller, params.id);
      const [found, total] = await historyOf(services.dataSource, params.id, query);
      return page(found, total, query);
    },
  });

  route(app, {
    method: 'GET',
    url: '/links/:id/licence',
    access: 'viewer',
    summary: 'The licence that a line is kept in, read from HaloPSA',
    tag: 'subscriptions',
    response: LicenceView,
    problems: [422, 502, 503, 504],
    handler: async ({ caller, params }) => viewOfLicence(await links.licence(caller, params.id)),
  });

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
      const [found, total] = await listSubscriptions(services.dataSource, [params.id], query);
      return page(found, total, query);
    },
  });

  route(app, {
    method: 'POST',
    url: '/tenants/:id/links',
    access: 'operator',
    summary: 'Adopt a licence that is there already, or have one created anyway',
    description:
      'In place of whatever was said before. Repeating it is safe; then the answer is 200. A licence that an import created for the line has to be made inactive in HaloPSA before another one is adopted.',
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
