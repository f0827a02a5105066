import type { Role } from '../../entities/index.js';
import { Forbidden, NotFound } from '../http/problem.js';

/** Who a request comes from. */
export interface Caller {
  tokenId: string;
  role: Role;
  /** The one PSA instance they see; null for an owner, who sees all. */
  psaInstanceId: string | null;
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
  if (!isAtLeast(caller.role, least)) throw new Forbidden(`This needs the role ${least}; your token has the role ${caller.role}.`);
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
