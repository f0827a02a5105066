import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { SkipView } from '../api/generated.js';
import { REASONS } from '../imports/import-words.js';

/** Imports that wait for somebody's approval. */
export const heldImportsQuery = queryOptions({
  queryKey: ['imports', { state: 'needs_approval' }],
  queryFn: async ({ signal }) => (await api.imports.getImports({ state: 'needs_approval', limit: 100 }, { signal })).data,
  refetchInterval: 15_000,
});

/** How much waits for a decision about Halo subscriptions, and for which reason most. */
export interface OpenDecisions {
  count: number;
  reason: SkipView['reason'];
}

const TO_DECIDE = Object.entries(REASONS).flatMap(([reason, { remedy }]) => (remedy === 'link' ? [reason as SkipView['reason']] : []));

/** What an import left alone until somebody adopts or creates, and nobody did yet: up to 500 for each reason. */
export const openDecisionsQuery = (importId: string) =>
  queryOptions({
    queryKey: ['imports', importId, 'open-decisions'],
    queryFn: async ({ signal }): Promise<OpenDecisions> => {
      const found = await Promise.all(
        TO_DECIDE.map(async (reason) => {
          const { data } = await api.imports.getImportsIdSkips({ id: importId, reason, limit: 500 }, { signal });
          return { reason, count: data.filter(({ decided }) => decided === undefined).length };
        }),
      );
      const [most] = found.toSorted((a, b) => b.count - a.count);
      return { count: found.reduce((sum, { count }) => sum + count, 0), reason: most!.reason };
    },
  });
