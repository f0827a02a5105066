import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Import, type Tenant } from '../../entities/index.js';
import type { Actor } from '../auth/audit/actor.js';
import { record } from '../auth/audit/record.js';
import type { Queue } from '../queue/queue.js';
import { askedFor, namedImport } from './audited-import.js';
import { goesFirst } from './goes-first.js';
import { noCounts } from './store/import-row.js';

/** An import that nobody asked for by hand. */
export interface NewImport extends Pick<Import, 'entities' | 'trigger'>, Partial<Pick<Import, 'customerId' | 'clientId' | 'slot'>> {
  tenant: Pick<Tenant, 'id' | 'psaInstanceId'>;
}

/** Queues an import within a transaction. Gives its id, or null while another one of the tenant waits or runs. */
export async function queueImport(
  manager: EntityManager,
  queue: Queue,
  actor: Actor,
  { tenant, ...wanted }: NewImport,
): Promise<string | null> {
  const [id, requestedBy] = [randomUUID(), actor.name];
  const row = { ...wanted, id, psaInstanceId: tenant.psaInstanceId, tenantId: tenant.id, requestedBy, counts: noCounts() };
  // The index of queued and running imports decides, without ending the transaction.
  const { raw } = await manager.createQueryBuilder().insert().into(Import).values(row).orIgnore().returning('id').execute();
  if ((raw as unknown[]).length === 0) return null;
  await record(manager, actor, { action: 'start', ...namedImport(row) }, { after: askedFor(row) });
  await queue.enqueueImport(id, { manager, goesFirst: goesFirst({ slot: null, approval: null, ...wanted }) });
  return id;
}
