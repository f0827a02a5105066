import { WebhookDelivery, WebhookImport } from '../../entities/index.js';
import type { Services } from '../services.js';
import { tenantsConcerned } from './concerned.js';
import { count } from './counts.js';
import { startKept } from './start-kept.js';

/** Does what a stored delivery asks for, once: whoever comes second, in whichever process, waits and then finds it done. */
export function act({ dataSource, queue }: Pick<Services, 'dataSource' | 'queue'>, deliveryId: string): Promise<void> {
  return dataSource.transaction(async (manager) => {
    const delivery = await manager.findOne(WebhookDelivery, {
      where: { id: deliveryId, state: 'stored' },
      lock: { mode: 'pessimistic_write' },
    });
    if (!delivery) return;
    const { tenants, why } = await tenantsConcerned(manager, delivery);
    for (const tenant of tenants) {
      await manager.insert(WebhookImport, { deliveryId, tenantId: tenant.id, clientId: delivery.clientId, state: 'kept' });
      await startKept(manager, queue, tenant, delivery.clientId);
    }
    const state = why === undefined ? 'acted' : 'unmatched';
    await manager.update(WebhookDelivery, { id: deliveryId }, { state, detail: why ?? null });
    await count(manager, delivery.psaInstanceId, delivery.event, state);
  });
}
