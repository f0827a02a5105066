import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api } from '../api/client.js';
import type { StartImport } from '../api/generated.js';
import { ProblemError } from '../api/problem.js';

/** Starts an import and goes to it; where one is under way already, goes to that one. */
export function useImport(tenantId: string) {
  const client = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: (wanted: StartImport) => api.imports.postTenantsIdImports({ id: tenantId }, wanted),
    onSuccess: (started) => {
      void client.invalidateQueries({ queryKey: ['imports'] });
      void client.invalidateQueries({ queryKey: ['tenants'] });
      go(`/imports/${started.id}`);
    },
  });
}

/** The import that was in the way, if that is why. */
export function importInTheWay(error: unknown): string | undefined {
  const id = error instanceof ProblemError ? error.problem?.['importId'] : undefined;
  return typeof id === 'string' ? id : undefined;
}
