import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { SkipView } from '../api/generated.js';
import { REASONS } from '../imports/import-words.js';
import { allSkips } from '../imports/queries.js';

/** Imports that wait for somebody's approval. */
export const heldImportsQuery = queryOptions({
  queryKey: ['imports', { state: 'needs_approval' }],
  queryFn: async ({ signal }) => (await api.imports.getImports({ state: 'needs_approval', limit: 100 }, { signal })).data,
  refetchInterval: 15_000,
});

/** What waits for a decision about Halo subscriptions: which lines, by names of ours, and for which reason most. */
export interface OpenDecisions {
  lines: string[];
  reason: SkipView['reason'];
}

const TO_DECIDE = Object.entries(REASONS).flatMap(([reason, { remedy }]) => (remedy === 'link' ? [reason as SkipView['reason']] : []));

/** What an import left alone until somebody adopts or creates, and nobody did yet. */
export const openDecisionsQuery = (importId: string) =>
  queryOptions({
    queryKey: ['imports', importId, 'open-decisions'],
    queryFn: async ({ signal }): Promise<OpenDecisions> => {
      const found = await Promise.all(
        TO_DECIDE.map(async (reason) => {
          const left = (await allSkips(importId, reason, signal)).filter(({ decided }) => decided === undefined);
          return { reason, lines: left.map(({ marketplaceId, line = '' }) => `${marketplaceId} ${line}`) };
        }),
      );
      const [most] = found.toSorted((a, b) => b.lines.length - a.lines.length);
      return { lines: found.flatMap(({ lines }) => lines), reason: most!.reason };
    },
  });
