import type { Role } from '../../entities/index.js';
import { Forbidden, NotFound } from '../http/problem.js';

/** Who a request comes from. */
export interface Caller {
  /** A token of the API; or a session, begun by a one-time link or from Halo. */
  via: 'token' | 'link' | 'embed';
  /** Of the token or the session. */
  id: string;
  /** What people know the token or the agent by. */
  name: string;
  role: Role;
  /** The one PSA instance they see; null for an owner, who sees all. */
  psaInstanceId: string | null;
  /** Halo's id, for one who came in from there. */
  agentId: string | null;
  /** Whether credentials, secrets, roles and tokens are open to them, as far as their role goes. */
  sensitive: boolean;
  startedAt: Date;
  /** When it ends unless it is used before; null for a token without an end. */
  expiresAt: Date | null;
  /** When it ends however much it is used. */
  endsAt: Date | null;
}

/** Who may call a route: everybody, or this role and those above it. */
export type Access = Role | 'public';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set wherever sign-in is needed; null on public routes. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    access?: Access;
    /** Closed to sessions that came in from Halo, whatever their role. */
    sensitive?: boolean;
  }
}

/** From the least to the most. */
const RANKS: readonly Role[] = ['viewer', 'operator', 'admin', 'owner'];

/** Whether a role is at least another. */
export function isAtLeast(role: Role, least: Role): boolean {
  return RANKS.indexOf(role) >= RANKS.indexOf(least);
}

/** @throws Forbidden */
export function requireRole(caller: Caller, least: Role): void {
  if (isAtLeast(caller.role, least)) return;
  throw new Forbidden(`This needs the role ${least}; ${caller.via === 'token' ? 'your token has' : 'you have'} the role ${caller.role}.`);
}

/** @throws Forbidden for one who came in from Halo, where a signature that never expires let them in. */
export function requireSensitive(caller: Caller): void {
  if (caller.sensitive) return;
  throw new Forbidden(
    'Credentials, secrets, roles and tokens are out of reach from within Halo. Sign in with a link made by `isthmus sign-in-link`, or use a token.',
  );
}

/** Whether the caller may know of things of a PSA instance at all. */
export function sees(caller: Caller, psaInstanceId: string): boolean {
  return caller.psaInstanceId === null || caller.psaInstanceId === psaInstanceId;
}

/**
 * Lets only those pass who see a PSA instance. For others there is no such thing, so they cannot tell it from a wrong id.
 * @throws NotFound
 */
export function requireSight(caller: Caller, psaInstanceId: string, what: string): void {
  if (!sees(caller, psaInstanceId)) throw new NotFound(what);
}

/** For a `where` of TypeORM: the caller's PSA instance, or no condition for an owner. */
export function withinSight(caller: Caller): { psaInstanceId?: string } {
  return caller.psaInstanceId === null ? {} : { psaInstanceId: caller.psaInstanceId };
}
