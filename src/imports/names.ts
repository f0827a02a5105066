import type { EntityManager } from 'typeorm';
import type { Import, Skip } from '../../entities/index.js';

/** The names of customers as the marketplace last showed them, by what skips say of them. */
export interface CustomerNames {
  ofCustomer(customerId: string): string | undefined;
  ofSubscription(subscriptionId: string): string | undefined;
  /** The id of the customer that a skip is about. */
  customerOf(skip: Pick<Skip, 'entity' | 'marketplaceId'>): string | undefined;
}

/** The names of the customers that some skips of an import are about. */
export async function customerNames(
  manager: EntityManager,
  { tenantId }: Pick<Import, 'tenantId'>,
  skips: readonly Skip[],
): Promise<CustomerNames> {
  const ofSubscriptions = skips.filter(({ entity }) => entity === 'subscription').map(({ marketplaceId }) => marketplaceId);
  const owners = await manager.query<{ subscription_id: string; customer_id: string }[]>(
    `SELECT subscription_id, customer_id FROM subscriptions WHERE tenant_id = $1 AND subscription_id = ANY($2)`,
    [tenantId, ofSubscriptions],
  );
  const owner = new Map(owners.map((row) => [row.subscription_id, row.customer_id]));
  const ids = [...skips.filter(({ entity }) => entity === 'customer').map(({ marketplaceId }) => marketplaceId), ...owner.values()];
  const named = await manager.query<{ customer_id: string; name: string }[]>(
    `SELECT customer_id, name FROM customers WHERE tenant_id = $1 AND customer_id = ANY($2)`,
    [tenantId, ids],
  );
  const names = new Map<string | undefined, string>(named.map((row) => [row.customer_id, row.name]));
  return {
    ofCustomer: (customerId) => names.get(customerId),
    ofSubscription: (subscriptionId) => names.get(owner.get(subscriptionId)),
    customerOf: ({ entity, marketplaceId }) => (entity === 'customer' ? marketplaceId : owner.get(marketplaceId)),
  };
}
