import { type QueryKey, useQueries, useQuery } from '@tanstack/react-query';

/** How many rows are asked for at once; the API gives at most 500. */
export const PAGE_ROWS = 100;

export interface Page<T> {
  data: T[];
  pagination: { total: number };
}

/** Rows of a list that is only known in parts. */
export interface PagedRows<T> {
  /** Undefined while its page is being read. */
  row: (index: number) => T | undefined;
  error: Error | null;
  retry: () => void;
}

/** What is read of a list: everything that changes its rows is part of the key. */
export interface PagedSource<T> {
  queryKey: QueryKey;
  page: (part: { offset: number; limit: number }, signal: AbortSignal) => Promise<Page<T>>;
  /** How often it is read again by itself, in milliseconds. */
  refetchInterval?: number;
}

function pageQuery<T>(source: PagedSource<T>, page: number) {
  return {
    queryKey: [...source.queryKey, { page }],
    queryFn: ({ signal }: { signal: AbortSignal }) => source.page({ offset: page * PAGE_ROWS, limit: PAGE_ROWS }, signal),
    ...(source.refetchInterval === undefined ? {} : { refetchInterval: source.refetchInterval }),
  };
}

/** How many rows a list has, by its first page; undefined until that was read. */
export function useTotal<T>(source: PagedSource<T>): number | undefined {
  return useQuery(pageQuery(source, 0)).data?.pagination.total;
}

/** Reads those pages of a list that hold the rows from `first` to `last`. */
export function usePagedRows<T>(source: PagedSource<T>, first: number, last: number): PagedRows<T> {
  const from = Math.floor(first / PAGE_ROWS);
  const pages = Array.from({ length: Math.floor(Math.max(first, last) / PAGE_ROWS) - from + 1 }, (_, at) => from + at);
  const results = useQueries({ queries: pages.map((page) => pageQuery(source, page)) });
  return {
    row: (index) => results[Math.floor(index / PAGE_ROWS) - from]?.data?.data[index % PAGE_ROWS],
    error: results.find(({ error }) => error)?.error ?? null,
    retry: () => results.forEach((result) => result.error && void result.refetch()),
  };
}
