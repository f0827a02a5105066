import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ProblemError } from './problem.js';

export const SESSION_KEY = ['session'] as const;

/** Whether trying again may help: no answer, or one that says "not now". */
function mayPass(error: Error): boolean {
  return error instanceof ProblemError && (error.status === 0 || error.status >= 500);
}

/** A session that ended is noticed by whatever call comes first. */
function noticeEnd(error: Error): void {
  if (error instanceof ProblemError && error.status === 401) queryClient.setQueryData(SESSION_KEY, null);
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (failures, error) => failures < 2 && mayPass(error), throwOnError: false },
    mutations: { retry: false },
  },
});
