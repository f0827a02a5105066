import { MoreThan } from 'typeorm';
import { IntegratorSlot, PsaInstance, Tenant } from '../../entities/index.js';
import { INTEGRATOR } from '../auth/audit/actor.js';
import type { Services } from '../services.js';
import { whyLeftAlone } from './left-alone.js';
import { queueImport } from './queue-import.js';
import type { SlotState } from './take-slot.js';

type Needed = Pick<Services, 'dataSource' | 'queue'>;

/**
 * Starts the import of a slot that waited for another import, once that one is over. It is left alone instead when a later slot
 * of the tenant came due meanwhile, or for the reasons that hold for any slot. Null when nothing waits any more.
 */
export function followSlot({ dataSource, queue }: Needed, tenantId: string, slot: string): Promise<SlotState | null> {
  return dataSource.transaction(async (manager) => {
    const tenant = await manager.findOneOrFail(Tenant, { where: { id: tenantId }, lock: { mode: 'pessimistic_read' } });
    // A process that comes second waits here, then finds that the slot does not wait any more.
    const waiting = await manager.findOne(IntegratorSlot, {
      where: { tenantId, slot, state: 'waiting' },
      lock: { mode: 'pessimistic_write' },
    });
    if (!waiting) return null;
    const later = await manager.existsBy(IntegratorSlot, { tenantId, slot: MoreThan(slot) });
    const why = later
      ? 'It waited for another import until the next day was due.'
      : whyLeftAlone(tenant, await manager.findOneByOrFail(PsaInstance, { id: tenant.psaInstanceId }));
    if (why !== null) {
      await manager.update(IntegratorSlot, { tenantId, slot }, { state: 'left_alone', note: why });
      return 'left_alone';
    }
    const importId = await queueImport(manager, queue, tenant, { slot, actor: INTEGRATOR });
    if (importId === null) return 'waiting';
    const note = 'It waited for another import to be over.';
    await manager.update(IntegratorSlot, { tenantId, slot }, { state: 'started', importId, note });
    return 'started';
  });
}
