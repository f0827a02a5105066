import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loading } from './loading.js';
import { ProblemAlert } from './problem.js';

/**
 * Shows what a query read, or that it is being read, or why it could not be. What was read before stays on screen when reading it
 * again fails, with the problem above it.
 */
export function Read<T>({ query, rows, children }: { query: UseQueryResult<T>; rows?: number; children: (data: T) => ReactNode }) {
  const problem = query.error === null ? null : <ProblemAlert error={query.error} retry={() => void query.refetch()} />;
  if (query.data === undefined) return problem ?? <Loading {...(rows === undefined ? {} : { rows })} />;
  return (
    <>
      {problem}
      {children(query.data)}
    </>
  );
}
