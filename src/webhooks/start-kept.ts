import { type EntityManager, In, IsNull } from 'typeorm';
import { PsaInstance, type Tenant, WebhookImport } from '../../entities/index.js';
import type { Actor } from '../auth/audit/actor.js';
import { queueImport } from '../imports/queue-import.js';
import { customersOfClient } from '../mappings/customers.js';
import type { Queue } from '../queue/queue.js';

const WAITS = 'Another import of this tenant is under way. This one runs after it.';

/**
 * Starts one import for all that is kept of one tenant and scope, or lets it wait while another one is under way. The caller holds the
 * tenant's row.
 */
export async function startKept(manager: EntityManager, queue: Queue, tenant: Tenant, clientId: string | null): Promise<void> {
  const kept = await manager.find(WebhookImport, {
    where: { tenantId: tenant.id, clientId: clientId ?? IsNull(), state: 'kept' },
    order: { createdAt: 'ASC', id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  const [first] = kept;
  if (!first) return;
  const settle = (changes: Partial<WebhookImport>): Promise<unknown> =>
    manager.update(WebhookImport, { id: In(kept.map(({ id }) => id)) }, changes);
  const customers = clientId === null ? [] : await customersOfClient(manager, tenant.id, clientId);
  const why = await whyNotAnyMore(manager, tenant, clientId, customers);
  if (why !== null) {
    await settle({ state: 'left_alone', note: why });
    return;
  }
  const importId = await queueImport(manager, queue, byDelivery(first.deliveryId), {
    tenant,
    entities: ['customers', 'subscriptions'],
    trigger: 'webhook',
    clientId,
    customerId: customers.length === 1 ? (customers[0] ?? null) : null,
  });
  await settle(importId === null ? { note: WAITS } : { state: 'started', importId, note: null });
}

function byDelivery(id: string): Actor {
  return { kind: 'webhook', id, name: `webhook delivery ${id}` };
}

async function whyNotAnyMore(
  manager: EntityManager,
  tenant: Tenant,
  clientId: string | null,
  customers: readonly string[],
): Promise<string | null> {
  const instance = await manager.findOneBy(PsaInstance, { id: tenant.psaInstanceId });
  if (tenant.archivedAt !== null || instance?.archivedAt !== null) return 'The tenant or its PSA instance was archived.';
  if (!instance.enabled || !tenant.enabled) return 'The tenant or its PSA instance was switched off.';
  if (clientId !== null && customers.length === 0) return `No customer of this tenant is mapped to client ${clientId} any more.`;
  return null;
}
