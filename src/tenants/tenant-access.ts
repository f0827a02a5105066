import { IsNull, type EntityManager } from 'typeorm';
import { PsaInstance, Tenant } from '../../entities/index.js';
import { type Caller, requireSight } from '../auth/caller.js';
import { NotFound } from '../http/problem.js';

const WHAT = 'That tenant';

/**
 * A tenant that the caller sees. With a lock, its row is held until the transaction ends: `pessimistic_read` for what needs the
 * tenant to stay as it is, `pessimistic_write` for what changes it.
 * @throws NotFound also for another PSA instance's tenant and for an archived one.
 */
export async function visibleTenant(
  manager: EntityManager,
  caller: Caller,
  id: string,
  lock?: 'pessimistic_read' | 'pessimistic_write',
): Promise<Tenant> {
  const tenant = await manager.findOne(Tenant, { where: { id, archivedAt: IsNull() }, ...(lock ? { lock: { mode: lock } } : {}) });
  if (!tenant) throw new NotFound(WHAT);
  requireSight(caller, tenant.psaInstanceId, WHAT);
  return tenant;
}

/**
 * A PSA instance that is there, for something of it that the caller was found to see. Held, it cannot be archived until the
 * transaction ends.
 * @throws NotFound
 */
export async function psaInstanceOf(manager: EntityManager, psaInstanceId: string, hold = false): Promise<PsaInstance> {
  const found = await manager.findOne(PsaInstance, {
    where: { id: psaInstanceId, archivedAt: IsNull() },
    ...(hold ? { lock: { mode: 'pessimistic_read' } } : {}),
  });
  if (!found) throw new NotFound('That PSA instance');
  return found;
}
