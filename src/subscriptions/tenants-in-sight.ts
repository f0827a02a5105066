import { IsNull, type EntityManager } from 'typeorm';
import { Tenant } from '../../entities/index.js';
import { type Caller, requireSight, withinSight } from '../auth/caller.js';
import { visibleTenant } from '../tenants/tenant-access.js';

/**
 * The names of the tenants that a caller sees, by their ids; or of the one, or those of the PSA instance, that is asked for.
 * @throws NotFound when that is out of sight.
 */
export async function tenantsInSight(
  manager: EntityManager,
  caller: Caller,
  { tenantId, psaInstanceId }: { tenantId?: string; psaInstanceId?: string },
): Promise<Map<string, string>> {
  if (psaInstanceId !== undefined) requireSight(caller, psaInstanceId, 'That PSA instance');
  const within = psaInstanceId === undefined ? withinSight(caller) : { psaInstanceId };
  const found =
    tenantId === undefined
      ? await manager.find(Tenant, { where: { ...within, archivedAt: IsNull() }, select: { id: true, name: true } })
      : [await visibleTenant(manager, caller, tenantId)].filter(
          (tenant) => tenant.psaInstanceId === (psaInstanceId ?? tenant.psaInstanceId),
        );
  return new Map(found.map(({ id, name }) => [id, name]));
}
