import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { customersKey } from '../mapping/queries.js';

/** Customers of a tenant that are, or may be, a client. */
export const customersOfClientQuery = (tenantId: string, clientId: string) =>
  queryOptions({
    queryKey: [...customersKey(tenantId), { clientId }],
    queryFn: async ({ signal }) =>
      (await api.tenants.getTenantsIdCustomers({ id: tenantId, clientId, sort: 'state', limit: 100 }, { signal })).data,
  });
