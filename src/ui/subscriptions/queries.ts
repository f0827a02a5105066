import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { SubscriptionLineView } from '../api/generated.js';
import type { PagedSource } from '../table/paged-rows.js';
import type { Filters } from './filters.js';

export type Sort = { id: string; desc: boolean } | null;

/** Lines that are wanted, in an order of the server's. */
export function linesSource(filters: Filters, sort: Sort): PagedSource<SubscriptionLineView> {
  const order = sort === null ? {} : { sort: `${sort.desc ? '-' : ''}${sort.id}` };
  const wanted = { ...filters, ...order } as Parameters<typeof api.subscriptions.getSubscriptions>[0];
  return {
    queryKey: ['subscriptions', wanted],
    page: (part, signal) => api.subscriptions.getSubscriptions({ ...wanted, ...part }, { signal }),
  };
}

/** One line, as the list shows it; undefined when there is none. */
export const lineQuery = (tenantId: string, subscriptionId: string, line: string | null) =>
  queryOptions({
    queryKey: ['subscriptions', 'one', tenantId, subscriptionId, line],
    queryFn: async ({ signal }) => {
      const wanted = { id: tenantId, subscriptionId, limit: 1, ...(line === null ? {} : { line }) };
      return (await api.tenants.getTenantsIdSubscriptions(wanted, { signal })).data[0] ?? null;
    },
  });

/** What was seen of a line, newest first: the latest 500. */
export const historyQuery = (tenantId: string, subscriptionId: string, line: string) =>
  queryOptions({
    queryKey: ['subscriptions', 'history', tenantId, subscriptionId, line],
    queryFn: async ({ signal }) =>
      (await api.tenants.getTenantsIdSubscriptionsHistory({ id: tenantId, subscriptionId, line, limit: 500 }, { signal })).data,
  });

/** The licence of a link, read from HaloPSA: a call, so it is kept for a while. */
export const licenceQuery = (linkId: string) =>
  queryOptions({
    queryKey: ['links', linkId, 'licence'],
    queryFn: ({ signal }) => api.subscriptions.getLinksIdLicence({ id: linkId }, { signal }),
    staleTime: 60_000,
  });
