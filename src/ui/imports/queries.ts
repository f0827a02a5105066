import { queryOptions } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { ChangeView, ImportView, SkipView } from '../api/generated.js';
import type { PagedSource } from '../table/paged-rows.js';

/** Which imports are listed. */
export interface ImportsFilter {
  tenantId?: string;
  state?: ImportView['state'];
}

export const importsSource = (filter: ImportsFilter): PagedSource<ImportView> => ({
  queryKey: ['imports', 'list', filter],
  page: (part, signal) => api.imports.getImports({ ...filter, ...part }, { signal }),
  refetchInterval: 10_000,
});

/** Whether an import waits or runs. */
export function isGoing({ state }: Pick<ImportView, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

/** One import; every second while it is under way. */
export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['imports', id],
    queryFn: ({ signal }) => api.imports.getImportsId({ id }, { signal }),
    refetchInterval: ({ state }) => (state.data && isGoing(state.data) ? 1000 : false),
  });

/** Which changes of an import are listed. */
export type ChangesFilter = Partial<Pick<ChangeView, 'entity' | 'action' | 'state'>>;

/** @param version Changes with what is known of the import, so that lists are read again as it goes on. */
export const changesSource = (id: string, version: string, filter: ChangesFilter): PagedSource<ChangeView> => ({
  queryKey: ['imports', id, 'changes', version, filter],
  page: (part, signal) => api.imports.getImportsIdChanges({ id, ...filter, ...part }, { signal }),
});

export const skipReasonsQuery = (id: string, version: string) =>
  queryOptions({
    queryKey: ['imports', id, 'skip-reasons', version],
    queryFn: async ({ signal }) => (await api.imports.getImportsIdSkipReasons({ id }, { signal })).reasons,
  });

export const skipsSource = (id: string, version: string, reason: SkipView['reason']): PagedSource<SkipView> => ({
  queryKey: ['imports', id, 'skips', version, reason],
  page: (part, signal) => api.imports.getImportsIdSkips({ id, reason, ...part }, { signal }),
});

/** As many as are given at once. */
const AT_ONCE = 500;

/** All that an import left alone for a reason. */
export async function allSkips(id: string, reason: SkipView['reason'], signal: AbortSignal): Promise<SkipView[]> {
  const found: SkipView[] = [];
  for (let offset = 0; ; offset += AT_ONCE) {
    const { data, pagination } = await api.imports.getImportsIdSkips({ id, reason, offset, limit: AT_ONCE }, { signal });
    found.push(...data);
    if (offset + AT_ONCE >= pagination.total) return found;
  }
}

/** How many held changes are shown; the guard holds what a person can read, but an account can be large. */
const MOST_HELD = 500;

/** The changes that wait for a person. */
export const heldChangesQuery = (id: string) =>
  queryOptions({
    queryKey: ['imports', id, 'held'],
    queryFn: async ({ signal }) => (await api.imports.getImportsIdChanges({ id, state: 'held', limit: MOST_HELD }, { signal })).data,
  });
