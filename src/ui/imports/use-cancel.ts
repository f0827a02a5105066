import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';

/** Asks for the end of an import. */
export function useCancel(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.imports.postImportsIdCancel({ id }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['imports'] }),
  });
}
