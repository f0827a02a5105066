import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../api/client.js';
import type { ImportView } from '../api/generated.js';
import { useMay } from '../session/session.js';

const isOpen = (one: ImportView | null | undefined): boolean => one?.state === 'queued' || one?.state === 'running';

/** The latest preview of everything; null when there was none. */
const previewQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ['imports', { tenantId, preview: true }],
    queryFn: async ({ signal }) => {
      const { data } = await api.imports.getImports({ tenantId, limit: 20 }, { signal });
      return data.find(({ preview, scope }) => preview && scope.kind === 'all') ?? null;
    },
    refetchInterval: ({ state }) => (isOpen(state.data) ? 1000 : false),
  });

/** A new tenant's first look at both sides: a preview, which begins by itself and fills the list of customers. */
export function useFirstLook(tenantId: string) {
  const client = useQueryClient();
  const may = useMay('operator');
  const preview = useQuery(previewQuery(tenantId));
  const { mutate, ...start } = useMutation({
    mutationFn: () => api.imports.postTenantsIdImports({ id: tenantId }, { entities: ['customers', 'subscriptions'], preview: true }),
    onSuccess: (started) => client.setQueryData(previewQuery(tenantId).queryKey, started),
  });
  const none = preview.data === null && start.isIdle;
  useEffect(() => {
    if (none && may) mutate();
  }, [none, may, mutate]);
  const over = preview.data != null && !isOpen(preview.data);
  useEffect(() => {
    if (over) void client.invalidateQueries({ queryKey: ['tenants', tenantId] });
  }, [over, client, tenantId]);
  return { preview: preview.data ?? null, over, error: start.error ?? preview.error, again: () => mutate() };
}
