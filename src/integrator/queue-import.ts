import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Import, type ImportEntity, type IntegratorSettings, type Tenant } from '../../entities/index.js';
import type { Actor } from '../auth/audit/actor.js';
import { record } from '../auth/audit/record.js';
import { askedFor, namedImport } from '../imports/audited-import.js';
import { noCounts } from '../imports/store/import-row.js';
import type { Queue } from '../queue/queue.js';

/** Where an import of the integrator comes from. */
export interface Origin {
  /** Its day; none for one that a person asked for. */
  slot?: string;
  actor: Actor;
}

/** Queues an import of the integrator within a transaction. Gives its id, or null while another one of the tenant waits or runs. */
export async function queueImport(
  manager: EntityManager,
  queue: Queue,
  tenant: Pick<Tenant, 'id' | 'psaInstanceId' | 'integrator'>,
  { slot, actor }: Origin,
): Promise<string | null> {
  const id = randomUUID();
  const row = {
    id,
    psaInstanceId: tenant.psaInstanceId,
    tenantId: tenant.id,
    entities: chosen(tenant.integrator),
    trigger: 'integrator' as const,
    requestedBy: actor.name,
    counts: noCounts(),
    slot: slot ?? null,
  };
  // The index of queued and running imports decides, without ending the transaction.
  const { raw } = await manager.createQueryBuilder().insert().into(Import).values(row).orIgnore().returning('id').execute();
  if ((raw as unknown[]).length === 0) return null;
  await record(manager, actor, { action: 'start', ...namedImport(row) }, { after: askedFor(row) });
  await queue.enqueueImport(id, { manager });
  return id;
}

function chosen({ customers, subscriptions }: IntegratorSettings): ImportEntity[] {
  return [...(customers ? (['customers'] as const) : []), ...(subscriptions ? (['subscriptions'] as const) : [])];
}
