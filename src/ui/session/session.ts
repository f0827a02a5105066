import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { send } from '../api/client.js';
import { ProblemError } from '../api/problem.js';
import { SESSION_KEY } from '../api/query-client.js';

export type Role = 'viewer' | 'operator' | 'admin' | 'owner';

/** Who is signed in. */
export interface Session {
  /** How: a one-time link, Halo's tab, or an API token. */
  via: 'link' | 'embed' | 'token';
  name: string;
  role: Role;
  /** The one PSA instance they see; null for all. */
  psaInstanceId: string | null;
  agentId: string | null;
  /** When it ends unless used. */
  expiresAt: string;
  /** When it ends whatever happens. */
  endsAt: string;
  /** Whether secrets, roles and tokens may be touched at all: never from Halo's tab. */
  sensitive: boolean;
}

const RANKS: readonly Role[] = ['viewer', 'operator', 'admin', 'owner'];

/** Null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: SESSION_KEY,
  queryFn: async (): Promise<Session | null> => {
    try {
      return (await (await send('/api/v1/session')).json()) as Session;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return null;
      throw error;
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

export function useSignOut(): () => void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: () => send('/api/v1/session', { method: 'DELETE' }),
    onSettled: () => {
      client.clear();
      client.setQueryData(SESSION_KEY, null);
    },
  });
  return () => mutate();
}
