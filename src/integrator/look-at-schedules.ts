import type { DataSource, EntityManager } from 'typeorm';
import { IntegratorSlot, Tenant } from '../../entities/index.js';

/** A day of a tenant. */
export interface TenantSlot {
  tenantId: string;
  /** `YYYY-MM-DD`. */
  slot: string;
}

/** A slot is not taken any more once one of so many days after it was. */
const DAYS_RIGHT_AFTER = 2;

/** The clock that all processes share, in milliseconds since 1970. */
export async function databaseClock(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<{ now: Date }[]>('SELECT clock_timestamp() AS now');
  return row!.now.getTime();
}

/** The tenants that have a schedule. Of what is archived nobody could read that it was left alone, so it is left out. */
export function scheduledTenants(dataSource: DataSource): Promise<Pick<Tenant, 'id' | 'integrator' | 'createdAt'>[]> {
  return dataSource.manager
    .createQueryBuilder(Tenant, 'tenant')
    .select(['tenant.id', 'tenant.integrator', 'tenant.createdAt'])
    .innerJoin('tenant.psaInstance', 'psa', 'psa.archivedAt IS NULL')
    .where(`tenant.archivedAt IS NULL AND tenant.integrator ->> 'enabled' = 'true'`)
    .getMany();
}

/**
 * Those of some slots that are still to be taken: neither they nor, after a clock was set back, one of the days right after. Slots
 * further on do not count, else a clock that was wrong by a year would stop a schedule for that long.
 */
export async function untaken(source: DataSource | EntityManager, slots: readonly TenantSlot[]): Promise<TenantSlot[]> {
  if (slots.length === 0) return [];
  const taken = await source.query<{ tenant_id: string; slot: string }[]>(
    `SELECT wanted.tenant_id, wanted.slot::text FROM unnest($1::uuid[], $2::date[]) AS wanted (tenant_id, slot)
     WHERE EXISTS (SELECT 1 FROM integrator_slots AS taken WHERE taken.tenant_id = wanted.tenant_id AND taken.slot BETWEEN wanted.slot AND wanted.slot + $3::int)`,
    [slots.map(({ tenantId }) => tenantId), slots.map(({ slot }) => slot), DAYS_RIGHT_AFTER],
  );
  const found = new Set(taken.map((row) => `${row.tenant_id} ${row.slot}`));
  return slots.filter(({ tenantId, slot }) => !found.has(`${tenantId} ${slot}`));
}

/** The slots that wait for another import to be over. */
export function waitingSlots(dataSource: DataSource): Promise<TenantSlot[]> {
  return dataSource.manager.find(IntegratorSlot, { select: { tenantId: true, slot: true }, where: { state: 'waiting' } });
}
