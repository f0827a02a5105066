import { type EntityManager, In } from 'typeorm';
import { IntegratorSlot, PsaInstance, type Tenant } from '../../entities/index.js';
import { dueSlot } from './due-slot.js';
import { whyLeftAlone } from './left-alone.js';
import { untaken } from './look-at-schedules.js';
import { delayOf, nextSlot, type Slot } from './schedule.js';

/** What people see of a tenant's schedule. */
export interface Outlook {
  /** When its next import is due; in the past while no process has taken it yet. Null while the integrator leaves the tenant alone. */
  nextRunAt: Date | null;
  lastRun: IntegratorSlot | null;
}

const SLOTS_AHEAD = 5;

/** The outlooks of some tenants, by their ids. `now` is in milliseconds. */
export async function outlooks(manager: EntityManager, tenants: readonly Tenant[], now: number): Promise<Map<string, Outlook>> {
  const ids = tenants.map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const instances = await manager.findBy(PsaInstance, { id: In([...new Set(tenants.map(({ psaInstanceId }) => psaInstanceId))]) });
  const last = await manager
    .createQueryBuilder(IntegratorSlot, 'slot')
    .distinctOn(['slot.tenantId'])
    .where('slot.tenantId IN (:...ids)', { ids })
    .orderBy({ 'slot.tenantId': 'ASC', 'slot.slot': 'DESC' })
    .getMany();
  const ahead = await nextRuns(manager, tenants.filter(isFollowed), now);
  return new Map(
    tenants.map(({ id }) => [id, { nextRunAt: ahead.get(id) ?? null, lastRun: last.find(({ tenantId }) => tenantId === id) ?? null }]),
  );

  function isFollowed(tenant: Tenant): boolean {
    const psaInstance = instances.find(({ id }) => id === tenant.psaInstanceId);
    return psaInstance !== undefined && whyLeftAlone(tenant, psaInstance) === null;
  }
}

/** For each tenant the first slot, from the one that is due now, that is still to be taken: a day has one import, though its time be changed. */
async function nextRuns(manager: EntityManager, tenants: readonly Tenant[], now: number): Promise<Map<string, Date>> {
  const candidates = new Map(tenants.map((tenant) => [tenant.id, slotsAhead(tenant, now)]));
  const wanted = [...candidates].flatMap(([tenantId, slots]) => slots.map(({ date }) => ({ tenantId, slot: date })));
  const free = new Set((await untaken(manager, wanted)).map(({ tenantId, slot }) => `${tenantId} ${slot}`));
  const found = new Map<string, Date>();
  for (const [tenantId, slots] of candidates) {
    const next = slots.find(({ date }) => free.has(`${tenantId} ${date}`));
    if (next) found.set(tenantId, new Date(next.dueAt));
  }
  return found;
}

/** The slot that is due and those after it: more than can have been taken already, but by a clock that was wrong by days. */
function slotsAhead(tenant: Tenant, now: number): Slot[] {
  const slots: Slot[] = [];
  let slot = dueSlot(tenant, now) ?? nextSlot(tenant.integrator, now, delayOf(tenant.id));
  for (; slots.length < SLOTS_AHEAD; slot = nextSlot(tenant.integrator, slot.dueAt, delayOf(tenant.id))) slots.push(slot);
  return slots;
}
