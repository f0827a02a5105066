import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ProblemError } from './problem.js';

export const SESSION_KEY = ['session'] as const;

/** Whether trying again may help: no answer, or one that says "not now". */
function mayPass(error: Error): boolean {
  return error instanceof ProblemError && (error.status === 0 || error.status >= 500);
}

const read = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== SESSION_KEY[0] };

/** Nobody is signed in any more: what was read is forgotten, for it is not for whoever comes next. */
export function endSession(): void {
  // The session's own query stays, for the page to see that nobody is signed in.
  queryClient.setQueryData(SESSION_KEY, null);
  queryClient.removeQueries(read);
}

/** Somebody else is signed in than whoever read what stands here: all of it is read again. */
export function changeSession(): void {
  void queryClient.resetQueries(read);
}

/** A session that ended is noticed by whatever call comes first. */
function noticeEnd(error: Error): void {
  if (error instanceof ProblemError && error.status === 401) endSession();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (failures, error) => failures < 2 && mayPass(error), throwOnError: false },
    mutations: { retry: false },
  },
});
