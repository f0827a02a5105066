import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { CreateToken } from '../api/generated.js';

const KEY = ['tokens'] as const;

/** Tokens in use. */
export const tokensQuery = queryOptions({
  queryKey: KEY,
  queryFn: async ({ signal }) => (await api.tokens.getTokens({ limit: 500 }, { signal })).data,
});

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: CreateToken) => api.tokens.postTokens(wanted),
    onSuccess: () => void client.invalidateQueries({ queryKey: KEY }),
    // Nothing keeps the token once the dialog that shows it is gone.
    gcTime: 0,
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.tokens.deleteTokensId({ id }),
    onSuccess: () => void client.invalidateQueries({ queryKey: KEY }),
  });
}
