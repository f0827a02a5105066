import type { Tenant } from '../../entities/index.js';

/** A tenant, as a record of the audit trail. */
export function namedTenant({ id, psaInstanceId }: Pick<Tenant, 'id' | 'psaInstanceId'>): {
  entity: 'tenant';
  entityId: string;
  psaInstanceId: string;
} {
  return { entity: 'tenant', entityId: id, psaInstanceId };
}

/** What people set of a tenant, as the audit trail shows it: of secrets only when they were set. */
export function settingsOfTenant(tenant: Tenant): object {
  const { since: _, ...integrator } = tenant.integrator;
  return {
    name: tenant.name,
    enabled: tenant.enabled,
    apiUrl: tenant.apiUrl,
    marketplace: tenant.marketplace,
    username: tenant.username,
    applicationId: tenant.applicationId,
    accountId: tenant.accountId,
    country: tenant.country,
    currency: tenant.currency,
    clientImport: tenant.clientImport,
    subscriptionImport: tenant.subscriptionImport,
    integrator,
    guard: tenant.guard,
    pausedAt: tenant.pausedAt,
    secretsSetAt: tenant.secretsSetAt,
  };
}
