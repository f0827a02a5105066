import { isConnectionLost } from '../database/connection-lost.js';
import type { Services } from '../services.js';
import { dueSlot } from './due-slot.js';
import { followSlot } from './follow-slot.js';
import { databaseClock, scheduledTenants, type TenantSlot, untaken, waitingSlots } from './look-at-schedules.js';
import { type SlotState, takeSlot } from './take-slot.js';

type Needed = Pick<Services, 'dataSource' | 'queue' | 'logger'>;

export interface TickOptions {
  /** In milliseconds since 1970; by default the database's clock, which all processes share. */
  now?: number;
  /** Stops between two tenants. */
  signal?: AbortSignal;
}

/** How many slots this tick started, found or let waiting, and left alone, and for how many tenants it failed. */
export type Ticked = Record<SlotState | 'failed', number>;

/**
 * Looks once at all schedules and starts what is due. Any number of processes may do so at once: Postgres decides who starts what.
 * A tenant that fails is logged and tried again by the next tick. @throws when the database is out of reach.
 */
export async function tick(services: Needed, { now, signal }: TickOptions = {}): Promise<Ticked> {
  const { dataSource, logger } = services;
  const at = now ?? (await databaseClock(dataSource));
  const ticked: Ticked = { started: 0, waiting: 0, left_alone: 0, failed: 0 };
  const guarded = async (tenantId: string, work: () => Promise<SlotState | null>): Promise<void> => {
    if (signal?.aborted) return;
    try {
      const state = await work();
      if (state !== null) ticked[state] += 1;
    } catch (error) {
      if (isConnectionLost(error)) throw error;
      ticked.failed += 1;
      logger.error({ tenantId, err: error }, 'The schedule of a tenant could not be followed; the next tick tries again');
    }
  };

  const waiting = await waitingSlots(dataSource);
  const due: TenantSlot[] = [];
  for (const tenant of await scheduledTenants(dataSource)) {
    await guarded(tenant.id, async () => {
      const slot = dueSlot(tenant, at);
      if (slot) due.push({ tenantId: tenant.id, slot: slot.date });
      return null;
    });
  }
  for (const { tenantId } of await untaken(dataSource, due)) await guarded(tenantId, () => takeSlot(services, tenantId, at));
  // After the new ones: a slot that waited until the next came due is not worth an import any more.
  for (const { tenantId, slot } of waiting) await guarded(tenantId, () => followSlot(services, tenantId, slot));
  return ticked;
}
