import { type EntityManager, IsNull, Not } from 'typeorm';
import { type PsaInstance, Tenant } from '../../entities/index.js';
import type { Actor } from '../auth/audit/actor.js';
import { record } from '../auth/audit/record.js';
import { vendorOfPause } from '../imports/store/refusals.js';
import { namedTenant } from '../tenants/audited-tenant.js';

/**
 * Ends the pauses of a PSA instance's tenants that its refused credentials led to: others were entered, or they were seen to work. If
 * they are refused again, so are the imports, and the tenants are paused again.
 */
export async function endPauses(manager: EntityManager, actor: Actor, { id }: Pick<PsaInstance, 'id'>): Promise<void> {
  const paused = await manager.find(Tenant, {
    where: { psaInstanceId: id, archivedAt: IsNull(), pausedAt: Not(IsNull()) },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  for (const tenant of paused.filter(({ pausedWhy, refusals }) => refusals > 0 && vendorOfPause(pausedWhy) === 'psa')) {
    const { pausedAt, pausedWhy } = tenant;
    await manager.update(Tenant, { id: tenant.id }, { pausedAt: null, pausedWhy: null, refusals: 0 });
    await record(manager, actor, { action: 'resume', ...namedTenant(tenant) }, { before: { pausedAt, pausedWhy } });
  }
}
