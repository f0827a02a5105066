import { execute, type Queryable } from './query.js';

/** The customers that are planned at a time. */
export type Part = string[];

export interface PartitionInput {
  tenantId: string;
  /** Whether subscriptions were looked at. */
  subscriptions: boolean;
  /** Customers that could not be understood, by id. */
  malformed: readonly string[];
  /** About how many records of the marketplace a part holds. A customer is never divided. */
  size: number;
}

/**
 * Every customer that something can be said of: those listed, those that could not be understood, and the owners of subscriptions that
 * are listed, or are linked and listed no more.
 */
const CUSTOMERS = `(
  SELECT customer_id, 0 AS n FROM customers WHERE tenant_id = $1 AND listed
  UNION ALL SELECT unnest($3::text[]), 0
  UNION ALL SELECT customer_id, 1 FROM subscriptions WHERE $2 AND tenant_id = $1 AND listed
  UNION ALL SELECT detail->>'customerId', 1 FROM subscriptions WHERE $2 AND tenant_id = $1 AND NOT listed AND detail IS NOT NULL
    AND EXISTS (SELECT 1 FROM links WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND links.subscription_id = subscriptions.subscription_id)
)`;

/** Divides the customers of a look into parts. At least one, for what is nobody's. */
export async function partition(db: Queryable, { tenantId, subscriptions, malformed, size }: PartitionInput): Promise<Part[]> {
  const parts = await execute<{ ids: string[] }>(
    db,
    `SELECT array_agg(customer_id::text ORDER BY customer_id) AS ids FROM (
       SELECT customer_id, (sum(1 + n) OVER (ORDER BY customer_id) - 1 - n) / $4 AS part FROM (SELECT customer_id, sum(n)::int AS n FROM ${CUSTOMERS} AS each GROUP BY customer_id) AS counted
     ) AS placed GROUP BY part ORDER BY part`,
    [tenantId, subscriptions, malformed, size],
  );
  return parts.length > 0 ? parts.map(({ ids }) => ids) : [[]];
}

/** By subscription, the customer it belongs to, as far as earlier looks knew. */
export async function ownersOf(db: Queryable, tenantId: string, subscriptionIds: readonly string[]): Promise<Map<string, string>> {
  if (subscriptionIds.length === 0) return new Map();
  const rows = await execute<{ subscription_id: string; owner: string }>(
    db,
    `SELECT subscription_id, coalesce(detail->>'customerId', customer_id) AS owner FROM subscriptions WHERE tenant_id = $1 AND subscription_id = ANY($2)`,
    [tenantId, subscriptionIds],
  );
  return new Map(rows.map((row) => [row.subscription_id, row.owner]));
}
