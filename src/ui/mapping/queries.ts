import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { CustomerView } from '../api/generated.js';
import type { PagedSource } from '../table/paged-rows.js';
import type { Filter } from './filters.js';

/** What of a tenant's customers is shown. */
export interface Wanted {
  filter: Filter;
  search: string;
}

/** Everything that is read of a tenant's customers. */
export const customersKey = (tenantId: string) => ['tenants', tenantId, 'customers'] as const;

export function parametersOf({ filter, search }: Wanted) {
  return { sort: 'state' as const, ...(filter === 'all' ? {} : { state: filter }), ...(search === '' ? {} : { search }) };
}

export function customersSource(tenantId: string, wanted: Wanted): PagedSource<CustomerView> {
  return {
    queryKey: [...customersKey(tenantId), wanted],
    page: (part, signal) => api.tenants.getTenantsIdCustomers({ id: tenantId, ...parametersOf(wanted), ...part }, { signal }),
  };
}

/** Clients of HaloPSA that match, at most 50; a call to HaloPSA each, so answers are kept for a while. */
export const clientsQuery = (psaInstanceId: string, search: string) =>
  queryOptions({
    queryKey: ['clients', psaInstanceId, search],
    queryFn: async ({ signal }) =>
      (await api.psaInstances.getPsaInstancesIdClients({ id: psaInstanceId, limit: 50, ...(search === '' ? {} : { search }) }, { signal }))
        .data,
    staleTime: 120_000,
    placeholderData: keepPreviousData,
  });
