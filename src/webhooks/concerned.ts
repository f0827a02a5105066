import { type EntityManager, IsNull } from 'typeorm';
import { PsaInstance, Tenant, type WebhookDelivery } from '../../entities/index.js';

/** The tenants that a delivery asks an import of; none, and a sentence that says why. */
export type Concerned = { tenants: Tenant[]; why?: undefined } | { tenants: []; why: string };

/** Finds them, and holds them as they are until the transaction ends. */
export async function tenantsConcerned(manager: EntityManager, { psaInstanceId, clientId, tenant }: WebhookDelivery): Promise<Concerned> {
  const instance = await manager.findOneBy(PsaInstance, { id: psaInstanceId, archivedAt: IsNull() });
  if (!instance?.enabled) return none('The PSA instance was switched off before this could be acted on.');
  if (clientId !== null) {
    const tenants = await ofClient(manager, psaInstanceId, clientId);
    if (tenants.length > 0) return { tenants };
    return none(`No customer is mapped to client ${clientId} in any tenant that is switched on. Map one to it, or check client_id.`);
  }
  const named = await byName(manager, psaInstanceId, tenant ?? '');
  const [first] = named;
  if (!first) return none(`This PSA instance has no tenant with the id or name "${tenant ?? ''}".`);
  if (named.length > 1) return none(`${named.length} tenants are named "${tenant ?? ''}": give the id of one.`);
  if (!first.enabled) return none(`The tenant "${first.name}" is switched off. Set its enabled to true.`);
  return { tenants: [first] };
}

function none(why: string): Concerned {
  return { tenants: [], why };
}

/** In one order always, so that two deliveries do not wait for each other. */
function ofClient(manager: EntityManager, psaInstanceId: string, clientId: string): Promise<Tenant[]> {
  return manager
    .createQueryBuilder(Tenant, 'tenant')
    .where('tenant.psaInstanceId = :psaInstanceId AND tenant.archivedAt IS NULL AND tenant.enabled', { psaInstanceId })
    .andWhere(
      `EXISTS (SELECT FROM mappings WHERE mappings.tenant_id = tenant.id AND mappings.client_id = :clientId
         AND mappings.state = 'mapped' AND mappings.archived_at IS NULL)`,
      { clientId },
    )
    .orderBy('tenant.id')
    .setLock('pessimistic_read')
    .getMany();
}

/** An id names one, whatever another tenant may be called. */
async function byName(manager: EntityManager, psaInstanceId: string, name: string): Promise<Tenant[]> {
  const found = await manager
    .createQueryBuilder(Tenant, 'tenant')
    .where('tenant.psaInstanceId = :psaInstanceId AND tenant.archivedAt IS NULL', { psaInstanceId })
    .andWhere('(tenant.id::text = lower(:name) OR tenant.name = :name)', { name })
    .orderBy('tenant.id')
    .setLock('pessimistic_read')
    .getMany();
  const byId = found.filter(({ id }) => id === name.toLowerCase());
  return byId.length > 0 ? byId : found;
}
