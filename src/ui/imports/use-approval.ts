import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { ImportView } from '../api/generated.js';

/** A person's word on the held changes of an import: to approve some (all, when none are named), or to discard them. */
export function useApproval({ id, digest = '' }: ImportView) {
  const client = useQueryClient();
  const onSettled = (): void => {
    void client.invalidateQueries({ queryKey: ['imports'] });
    void client.invalidateQueries({ queryKey: ['tenants'] });
  };
  return {
    approve: useMutation({
      mutationFn: (changeIds: string[] | undefined) =>
        api.imports.postImportsIdApprove({ id }, { digest, ...(changeIds === undefined ? {} : { changeIds }) }),
      onSettled,
    }),
    discard: useMutation({ mutationFn: () => api.imports.postImportsIdDiscard({ id }), onSettled }),
  };
}
