import type { Order } from '../../domain/index.js';
import { execute, jsonParameter, type Query, type Queryable } from './query.js';

/** Orders that were not final when last seen, by id, with their customer. */
export async function openOrders(db: Queryable, tenantId: string): Promise<Map<string, string>> {
  const rows = await execute<{ order_id: string; customer_id: string }>(
    db,
    `SELECT order_id, customer_id FROM open_orders WHERE tenant_id = $1`,
    [tenantId],
  );
  return new Map(rows.map((row) => [row.order_id, row.customer_id]));
}

/** Remembers which orders are open now, and how far the list was read: with the signs that they gave. */
export async function storeOrders(
  query: Query,
  tenantId: string,
  open: readonly Pick<Order, 'orderId' | 'customerId'>[],
  readUntil: string | undefined,
): Promise<void> {
  const rows = open.map(({ orderId, customerId }) => ({ order_id: orderId, customer_id: customerId }));
  await execute(query, `DELETE FROM open_orders WHERE tenant_id = $1 AND NOT (order_id = ANY($2))`, [
    tenantId,
    open.map((order) => order.orderId),
  ]);
  await execute(
    query,
    `INSERT INTO open_orders (tenant_id, order_id, customer_id, seen_at)
     SELECT $1, order_id, customer_id, now() FROM jsonb_to_recordset($2::jsonb) AS seen(order_id text, customer_id text) ON CONFLICT DO NOTHING`,
    [tenantId, jsonParameter(rows)],
  );
  if (readUntil === undefined) return;
  await execute(
    query,
    `UPDATE tenants SET orders_read_until = $2 WHERE id = $1 AND (orders_read_until IS NULL OR orders_read_until < $2)`,
    [tenantId, readUntil],
  );
}
