import { IsNull, type EntityManager } from 'typeorm';
import { Tenant } from '../../entities/index.js';
import { type Caller, withinSight } from '../auth/caller.js';
import { visibleTenant } from '../tenants/tenant-access.js';

/**
 * The names of the tenants that a caller sees, by their ids; or of the one that is asked for.
 * @throws NotFound when that is none of them.
 */
export async function tenantsInSight(manager: EntityManager, caller: Caller, tenantId?: string): Promise<Map<string, string>> {
  const found =
    tenantId === undefined
      ? await manager.find(Tenant, { where: { ...withinSight(caller), archivedAt: IsNull() }, select: { id: true, name: true } })
      : [await visibleTenant(manager, caller, tenantId)];
  return new Map(found.map(({ id, name }) => [id, name]));
}
