import { CustomerRecord, Mapping, SubscriptionLineRecord, SubscriptionRecord } from '../../entities/index.js';
import type { Subscription } from '../../src/domain/index.js';
import type { TestDatabase } from './database.js';

const SEEN = new Date('2026-03-01T00:00:00Z');

/** Stores a customer as a look would. */
export async function storeCustomer(
  { dataSource }: TestDatabase,
  tenantId: string,
  customerId: string,
  changes: Partial<CustomerRecord> = {},
): Promise<void> {
  await dataSource.manager.insert(CustomerRecord, {
    tenantId,
    customerId,
    name: `Customer ${customerId}`,
    status: 'active',
    seenAt: SEEN,
    goneAt: null,
    ...changes,
  });
}

/** Maps a customer to a client, as a person does. */
export async function storeMapping({ dataSource }: TestDatabase, tenantId: string, customerId: string, clientId: string): Promise<void> {
  await dataSource.manager.insert(Mapping, {
    tenantId,
    customerId,
    state: 'mapped',
    clientId,
    clientName: 'x',
    origin: 'manual',
    candidates: [],
  });
}

/** Stores a subscription and its lines (MPNs) as a look would. */
export async function storeSubscription(
  { dataSource }: TestDatabase,
  tenantId: string,
  subscription: Subscription,
  lines: string[],
): Promise<void> {
  const { subscriptionId, customerId, name = null, status } = subscription;
  await dataSource.manager.insert(SubscriptionRecord, {
    tenantId,
    subscriptionId,
    customerId,
    name,
    status,
    row: subscription,
    detail: lines.length > 0 ? subscription : null,
    detailRow: lines.length > 0 ? subscription : null,
    readAt: lines.length > 0 ? SEEN : null,
    seenAt: SEEN,
    goneAt: null,
  });
  for (const line of lines) {
    await dataSource.manager.insert(SubscriptionLineRecord, {
      tenantId,
      subscriptionId,
      line,
      customerId,
      manufacturer: 'Microsoft',
      mpn: line,
      productName: `Product ${line}`,
      quantity: '3',
      term: 'P1Y',
      billingPeriod: 'P1M',
      unitCost: '11.3333',
      costCurrency: 'USD',
      unitPrice: '12.50',
      priceCurrency: 'USD',
    });
  }
}
