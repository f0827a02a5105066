import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';

/** Imports that wait for somebody's approval. */
export const heldImportsQuery = queryOptions({
  queryKey: ['imports', { state: 'needs_approval' }],
  queryFn: async ({ signal }) => (await api.imports.getImports({ state: 'needs_approval', limit: 100 }, { signal })).data,
  refetchInterval: 15_000,
});
