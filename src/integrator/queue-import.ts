import type { EntityManager } from 'typeorm';
import type { ImportEntity, IntegratorSettings, Tenant } from '../../entities/index.js';
import type { Actor } from '../auth/audit/actor.js';
import { queueImport as queueAnImport } from '../imports/queue-import.js';
import type { Queue } from '../queue/queue.js';

/** Where an import of the integrator comes from. */
export interface Origin {
  /** Its day; none for one that a person asked for. */
  slot?: string;
  actor: Actor;
}

/** Queues an import of the integrator within a transaction. Gives its id, or null while another one of the tenant waits or runs. */
export function queueImport(
  manager: EntityManager,
  queue: Queue,
  tenant: Pick<Tenant, 'id' | 'psaInstanceId' | 'integrator'>,
  { slot, actor }: Origin,
): Promise<string | null> {
  return queueAnImport(manager, queue, actor, { tenant, entities: chosen(tenant.integrator), trigger: 'integrator', slot: slot ?? null });
}

function chosen({ customers, subscriptions }: IntegratorSettings): ImportEntity[] {
  return [...(customers ? (['customers'] as const) : []), ...(subscriptions ? (['subscriptions'] as const) : [])];
}
