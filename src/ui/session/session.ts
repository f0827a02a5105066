import { queryOptions, useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { SessionView } from '../api/generated.js';
import { ProblemError } from '../api/problem.js';
import { changeSession, endSession, SESSION_KEY } from '../api/query-client.js';

export type Session = SessionView;
export type Role = Session['role'];

const RANKS: readonly Role[] = ['viewer', 'operator', 'admin', 'owner'];

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: SESSION_KEY,
  queryFn: async ({ client }): Promise<Session | null> => {
    const before = client.getQueryData<Session | null>(SESSION_KEY);
    try {
      const now = await api.sessions.getSession();
      if (before && before.startedAt !== now.startedAt) changeSession();
      return now;
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 401)) throw error;
      if (before) endSession();
      return null;
    }
  },
  staleTime: 60_000,
});

/** Who is signed in, for screens: they are shown to nobody else. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data === null) throw new ProblemError(401, 'Nobody is signed in.');
  return data;
}

/** Whether the session's role is at least this one. With `secrets`, also whether it may touch those. */
export function useMay(least: Role, touches?: 'secrets'): boolean {
  const { role, sensitive } = useSession();
  return RANKS.indexOf(role) >= RANKS.indexOf(least) && (touches === undefined || sensitive);
}

/** Signs out, and forgets everything that was read. */
export function useSignOut(): () => void {
  const { mutate } = useMutation({ mutationFn: () => api.sessions.deleteSession(), onSettled: endSession });
  return () => mutate();
}
