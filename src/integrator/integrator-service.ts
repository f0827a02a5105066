import { In } from 'typeorm';
import { Import, IntegratorSlot, Tenant } from '../../entities/index.js';
import { actorOf } from '../auth/audit/actor.js';
import { recordChange } from '../auth/audit/record.js';
import type { Caller } from '../auth/caller.js';
import { Conflict } from '../http/problem.js';
import type { PageQuery } from '../http/page.js';
import type { Services } from '../services.js';
import { namedTenant } from '../tenants/audited-tenant.js';
import { psaInstanceOf, visibleTenant } from '../tenants/tenant-access.js';
import { whyLeftAlone } from './left-alone.js';
import { queueImport } from './queue-import.js';

/** A day of a tenant's schedule, with the import it started. */
export interface Run {
  slot: IntegratorSlot;
  started: Import | null;
}

/** The daily schedule as people see and steer it. */
export class IntegratorService {
  constructor(private readonly services: Services) {}

  /** Lets the integrator leave a tenant alone from now on. What runs goes on. */
  pause(caller: Caller, tenantId: string, why?: string): Promise<Tenant> {
    return this.services.dataSource.transaction(async (manager) => {
      const tenant = await visibleTenant(manager, caller, tenantId, 'pessimistic_write');
      const actor = actorOf(caller);
      const said = why ?? tenant.pausedWhy ?? `Paused by ${actor.name}.`;
      const pausedAt = tenant.pausedAt ?? new Date(this.services.clock.now());
      // A person's pause is theirs to end: refusals begin anew, so that working credentials do not end it.
      const after = { pausedAt, pausedWhy: said };
      await manager.update(Tenant, { id: tenantId }, { ...after, refusals: 0 });
      await recordChange(manager, actor, { action: 'pause', ...namedTenant(tenant) }, pauseOf(tenant), after);
      return manager.findOneByOrFail(Tenant, { id: tenantId });
    });
  }

  resume(caller: Caller, tenantId: string): Promise<Tenant> {
    return this.services.dataSource.transaction(async (manager) => {
      const tenant = await visibleTenant(manager, caller, tenantId, 'pessimistic_write');
      const after = { pausedAt: null, pausedWhy: null };
      await manager.update(Tenant, { id: tenantId }, { ...after, refusals: 0 });
      await recordChange(manager, actorOf(caller), { action: 'resume', ...namedTenant(tenant) }, pauseOf(tenant), after);
      return manager.findOneByOrFail(Tenant, { id: tenantId });
    });
  }

  /**
   * Starts an import of the integrator beside its schedule.
   * @throws Conflict with the other one's `importId` while an import of the tenant waits or runs, and for what the integrator leaves alone.
   */
  async run(caller: Caller, tenantId: string): Promise<Import> {
    const { dataSource, queue } = this.services;
    const importId = await dataSource.transaction(async (manager) => {
      const tenant = await visibleTenant(manager, caller, tenantId, 'pessimistic_read');
      const why = whyLeftAlone(tenant, await psaInstanceOf(manager, tenant.psaInstanceId));
      if (why !== null) throw new Conflict(why);
      return queueImport(manager, queue, tenant, { actor: actorOf(caller) });
    });
    if (importId !== null) return dataSource.manager.findOneByOrFail(Import, { id: importId });
    const other = await dataSource.manager.findOneBy(Import, { tenantId, state: In(['queued', 'running']) });
    if (!other) throw new Conflict('Another import of this tenant ended at this moment. Repeat the request.');
    throw new Conflict('An import of this tenant waits or runs already. Wait for its end, or cancel it.', { importId: other.id });
  }

  /** The days so far, newest first, and how many there are. */
  async runs(caller: Caller, tenantId: string, { offset, limit }: PageQuery): Promise<[Run[], number]> {
    const { manager } = this.services.dataSource;
    await visibleTenant(manager, caller, tenantId);
    const [slots, total] = await manager.findAndCount(IntegratorSlot, {
      where: { tenantId },
      order: { slot: 'DESC' },
      skip: offset,
      take: limit,
    });
    const imports = await manager.findBy(Import, { id: In(slots.flatMap(({ importId }) => importId ?? [])) });
    return [slots.map((slot) => ({ slot, started: imports.find(({ id }) => id === slot.importId) ?? null })), total];
  }
}

function pauseOf({ pausedAt, pausedWhy }: Tenant): Pick<Tenant, 'pausedAt' | 'pausedWhy'> {
  return { pausedAt, pausedWhy };
}
