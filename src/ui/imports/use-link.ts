import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { ImportView, SetLink, SkipView } from '../api/generated.js';

/** A person's word on the line of a skip: which Halo subscription keeps it, or that one is created whatever is there. */
export type Said = Pick<SetLink, 'licenceId' | 'createAnyway'>;

/** Says which Halo subscription keeps a line. The next import goes by it. */
export function sayOf({ tenantId }: ImportView, { marketplaceId, line }: SkipView, said: Said): Promise<unknown> {
  return api.tenants.postTenantsIdLinks(
    { id: tenantId },
    { subscriptionId: marketplaceId, ...(line === undefined ? {} : { line }), ...said },
  );
}

/** What was decided shows wherever the line does. */
export function useShowLinks(importId: string): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ['imports', importId] });
    void client.invalidateQueries({ queryKey: ['subscriptions'] });
  };
}

export function useLink(row: ImportView) {
  const show = useShowLinks(row.id);
  return useMutation({ mutationFn: ({ skip, said }: { skip: SkipView; said: Said }) => sayOf(row, skip, said), onSuccess: show });
}
