import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../api/client.js';
import type { ImportView, TenantView } from '../api/generated.js';
import { useMay } from '../session/session.js';

const isOpen = (one: ImportView | null | undefined): boolean => one?.state === 'queued' || one?.state === 'running';

const EVERYTHING: ImportView['entities'] = ['customers', 'subscriptions'];

/** The latest preview of everything; null when there was none. */
export const previewQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ['imports', { tenantId, preview: true }],
    queryFn: async ({ signal }) => {
      const { data } = await api.imports.getImports({ tenantId, limit: 20 }, { signal });
      return data.find(({ preview, scope, entities }) => preview && scope.kind === 'all' && entities.length === EVERYTHING.length) ?? null;
    },
    refetchInterval: ({ state }) => (isOpen(state.data) ? 1000 : false),
  });

/**
 * A new tenant's first look at both sides: a preview, which begins by itself and fills the list of customers; then those that can be
 * are matched, by name, so that only the rest is left to people. Neither writes anything to HaloPSA.
 */
export function useFirstLook(tenant: TenantView) {
  const tenantId = tenant.id;
  const client = useQueryClient();
  const may = useMay('operator');
  const preview = useQuery(previewQuery(tenantId));
  const { mutate: look, ...start } = useMutation({
    mutationFn: () => api.imports.postTenantsIdImports({ id: tenantId }, { entities: EVERYTHING, preview: true }),
    onSuccess: (started) => client.setQueryData(previewQuery(tenantId).queryKey, started),
  });
  const { mutate: match, ...matching } = useMutation({
    mutationFn: () => api.tenants.postTenantsIdMappingsGenerate({ id: tenantId }),
    onSettled: () => client.invalidateQueries({ queryKey: ['tenants', tenantId] }),
  });
  const none = preview.data === null && start.isIdle;
  useEffect(() => {
    if (none && may) look();
  }, [none, may, look]);
  const looked = preview.data != null && !isOpen(preview.data);
  const { unmapped: _, ...decided } = tenant.customers;
  const toMatch = looked && matching.isIdle && may && Object.values(decided).every((count) => count === 0);
  useEffect(() => {
    if (toMatch) match();
  }, [toMatch, match]);
  return {
    preview: preview.data ?? null,
    over: looked && !toMatch && !matching.isPending,
    error: start.error ?? preview.error ?? matching.error,
    /** Looks at both sides once more. */
    again: () => look(),
  };
}
