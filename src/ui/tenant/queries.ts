import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { TenantView, UpdateTenant } from '../api/generated.js';

/** One tenant; more often while an import of it is under way. */
export const tenantQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenants', id],
    queryFn: async ({ client, queryKey, signal }) => {
      const before = client.getQueryData<TenantView>(queryKey);
      const now = await api.tenants.getTenantsId({ id }, { signal });
      // What an import wrote shows wherever its records are kept for a while.
      if (before && lastStep(before) !== lastStep(now))
        for (const read of ['subscriptions', 'links']) void client.invalidateQueries({ queryKey: [read] });
      return now;
    },
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? 1500 : 20_000),
  });

/** How far its latest import is, previews aside. */
function lastStep({ lastImport }: TenantView): string {
  return lastImport === null ? '' : `${lastImport.id} ${lastImport.attempt} ${lastImport.state}`;
}

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
