import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { TenantView, UpdateTenant } from '../api/generated.js';

/** One tenant; more often while an import of it is under way. */
export const tenantQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', id],
    queryFn: ({ signal }) => api.tenants.getTenantsId({ id }, { signal }),
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? 1500 : 20_000),
  });

/** Whether its latest import, previews aside, waits or runs. */
export function isUnderWay(tenant: TenantView | undefined): boolean {
  const state = tenant?.lastImport?.state;
  return state === 'queued' || state === 'running';
}

export const marketplacesQuery = queryOptions({
  queryKey: ['marketplaces'],
  queryFn: async ({ signal }) => (await api.marketplaces.getMarketplaces({ limit: 500 }, { signal })).data,
  staleTime: Infinity,
});

/** Top levels, read from HaloPSA: a call, so they are kept for a while. */
export const topLevelsQuery = (psaInstanceId: string) =>
  queryOptions({
    queryKey: ['top-levels', psaInstanceId],
    queryFn: async ({ signal }) => (await api.psaInstances.getPsaInstancesIdTopLevels({ id: psaInstanceId, limit: 500 }, { signal })).data,
    staleTime: 300_000,
  });

/** The days of the integrator, newest first. */
export const runsQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', id, 'runs'],
    queryFn: async ({ signal }) => (await api.integrator.getTenantsIdIntegratorRuns({ id, limit: 5 }, { signal })).data,
  });

/** Changes settings of a tenant, and shows what came of it everywhere. */
export function useUpdateTenant(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: UpdateTenant) => api.tenants.patchTenantsId({ id }, wanted),
    onSuccess: (saved) => {
      client.setQueryData(tenantQuery(id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ['tenants'] });
    },
  });
}
