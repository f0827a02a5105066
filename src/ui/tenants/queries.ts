import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';

/** Tenants of all PSA instances that the session sees. There are few: one for each marketplace account. */
export const tenantsQuery = queryOptions({
  queryKey: ['tenants'],
  queryFn: async ({ signal }) => (await api.tenants.getTenants({ limit: 500 }, { signal })).data,
  refetchInterval: 15_000,
});

export const psaInstancesQuery = queryOptions({
  queryKey: ['psa-instances'],
  queryFn: async ({ signal }) => (await api.psaInstances.getPsaInstances({ limit: 500 }, { signal })).data,
});
