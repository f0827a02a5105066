import type { Tenant } from '../../entities/index.js';

/** So many imports in a row whose credentials were refused, and the integrator pauses the tenant rather than hammer the vendor. */
export const REFUSALS_BEFORE_PAUSE = 3;

/** What changes in a tenant whose credentials were just seen to work: it is no longer paused, if that was for them. */
export function afterCredentialsWorked({ refusals }: Pick<Tenant, 'refusals'>): Partial<Tenant> {
  return { refusals: 0, ...(refusals >= REFUSALS_BEFORE_PAUSE ? { pausedAt: null, pausedWhy: null } : {}) };
}
