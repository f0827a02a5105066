import type { PsaInstance, Tenant } from '../../entities/index.js';

type Seen = Pick<Tenant, 'name' | 'enabled' | 'archivedAt' | 'status' | 'verifiedAt' | 'pausedAt' | 'pausedWhy' | 'integrator'>;

/** Why the integrator leaves a tenant alone and what to do about it, as sentences; null when it does not. */
export function whyLeftAlone(tenant: Seen, psaInstance: Pick<PsaInstance, 'name' | 'enabled' | 'archivedAt'>): string | null {
  const { integrator } = tenant;
  if (tenant.archivedAt !== null || psaInstance.archivedAt !== null) return 'The tenant or its PSA instance is archived.';
  if (!psaInstance.enabled) return `The PSA instance "${psaInstance.name}" is switched off. Set its enabled to true.`;
  if (!tenant.enabled) return `The tenant "${tenant.name}" is switched off. Set its enabled to true.`;
  if (!integrator.enabled) return 'The integrator of this tenant is off. Set integrator.enabled to true.';
  if (tenant.pausedAt !== null) return `The tenant is paused: ${tenant.pausedWhy ?? 'no reason was given.'} Resume it to go on.`;
  if (tenant.status === 'untested' || tenant.verifiedAt === null)
    return 'The marketplace account of this tenant was never seen to work. Verify it.';
  if (!integrator.customers && !integrator.subscriptions) return 'Neither customers nor subscriptions are chosen. Set one of them to true.';
  return null;
}
