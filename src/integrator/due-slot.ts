import type { IntegratorSettings, Tenant } from '../../entities/index.js';
import { currentSlot, delayOf, type Slot } from './schedule.js';

/** The settings with the moment they hold from: what came due earlier is not caught up. A change of anything but the schedule keeps it. */
export function heldFrom(before: IntegratorSettings | null, after: IntegratorSettings, now: Date): IntegratorSettings {
  const same = before?.enabled === true && after.enabled && before.at === after.at && before.timeZone === after.timeZone;
  if (same || !after.enabled) return after;
  return { ...after, since: now.toISOString() };
}

/** The slot of a tenant that is due at an instant, in milliseconds: its latest, if its schedule held when that came due. */
export function dueSlot({ id, integrator, createdAt }: Pick<Tenant, 'id' | 'integrator' | 'createdAt'>, now: number): Slot | null {
  if (!integrator.enabled) return null;
  const slot = currentSlot(integrator, now, delayOf(id));
  const since = integrator.since === undefined ? createdAt.getTime() : Date.parse(integrator.since);
  return slot.dueAt >= since ? slot : null;
}
