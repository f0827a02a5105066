import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { GrantRole } from '../api/generated.js';

/** Agents who came in from Halo, or may do more than look. */
export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: async ({ signal }) => (await api.agents.getAgents({ limit: 500 }, { signal })).data,
});

export function useGrant() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: GrantRole) => api.agents.putAgents(wanted),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['agents'] }),
  });
}
