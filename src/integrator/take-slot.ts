import { type EntityManager, IsNull } from 'typeorm';
import { IntegratorSlot, PsaInstance, Tenant } from '../../entities/index.js';
import { INTEGRATOR } from '../auth/audit/actor.js';
import type { Services } from '../services.js';
import { dueSlot } from './due-slot.js';
import { whyLeftAlone } from './left-alone.js';
import { untaken } from './look-at-schedules.js';
import { queueImport } from './queue-import.js';
import type { Slot } from './schedule.js';

export type SlotState = IntegratorSlot['state'];
type Needed = Pick<Services, 'dataSource' | 'queue'>;

/** Started later than this after it was due, in milliseconds, a slot was missed and caught up. */
const LATE_MS = 900_000;

/** How long it can be looked back at the days of a schedule. */
export const KEPT_DAYS = 400;

/**
 * Takes the slot of a tenant that is due at an instant (in milliseconds): whoever inserts its row starts its import, in one transaction.
 * Null when there is none or somebody took it before, however long ago.
 */
export function takeSlot({ dataSource, queue }: Needed, tenantId: string, now: number): Promise<SlotState | null> {
  return dataSource.transaction(async (manager) => {
    // Held, so that nobody pauses or archives the tenant, or sets another time, between here and the import.
    const tenant = await manager.findOne(Tenant, { where: { id: tenantId, archivedAt: IsNull() }, lock: { mode: 'pessimistic_read' } });
    const slot = tenant && dueSlot(tenant, now);
    if (!slot || (await untaken(manager, [{ tenantId, slot: slot.date }])).length === 0) return null;
    const why = whyLeftAlone(tenant, await manager.findOneByOrFail(PsaInstance, { id: tenant.psaInstanceId }));
    if (!(await insert(manager, tenantId, slot, why === null ? 'started' : 'left_alone', why ?? lateness(slot, now)))) return null;
    await prune(manager, tenantId, slot);
    if (why !== null) return 'left_alone';
    const importId = await queueImport(manager, queue, tenant, { slot: slot.date, actor: INTEGRATOR });
    const note = 'Another import of the tenant was under way when this one was due. It starts once that one is over.';
    await manager.update(IntegratorSlot, { tenantId, slot: slot.date }, importId ? { importId } : { state: 'waiting', note });
    return importId ? 'started' : 'waiting';
  });
}

/** Takes away the tenant's slots that nobody looks back at any more. */
async function prune(manager: EntityManager, tenantId: string, { date }: Slot): Promise<void> {
  await manager.query('DELETE FROM integrator_slots WHERE tenant_id = $1 AND slot < $2::date - $3::int', [tenantId, date, KEPT_DAYS]);
}

/** Waits for another process that is inserting the same row at this moment. */
async function insert(manager: EntityManager, tenantId: string, slot: Slot, state: SlotState, note: string | null): Promise<boolean> {
  const row = { tenantId, slot: slot.date, dueAt: new Date(slot.dueAt), state, note };
  const { raw } = await manager.createQueryBuilder().insert().into(IntegratorSlot).values(row).orIgnore().returning('slot').execute();
  return (raw as unknown[]).length === 1;
}

function lateness({ dueAt }: Slot, now: number): string | null {
  if (now - dueAt < LATE_MS) return null;
  return `Caught up: it was due at ${new Date(dueAt).toISOString()}, when no process of Isthmus was there to start it.`;
}
