import type { Customer } from '../../domain/index.js';
import { jsonParameter, type Query, type Queryable } from './query.js';

/** A customer as it was read by its id. */
export interface CustomerRead {
  detail: Customer;
  /** The list row as it stood then. */
  row: Customer;
  readAt: Date;
}

/** Those of these customers that were read by their ids before. */
export async function customersRead(db: Queryable, tenantId: string, customerIds: readonly string[]): Promise<Map<string, CustomerRead>> {
  const rows = (await db.query(
    `SELECT customer_id, detail, detail_row, read_at FROM customers WHERE tenant_id = $1 AND customer_id = ANY($2) AND detail IS NOT NULL`,
    [tenantId, customerIds],
  )) as { customer_id: string; detail: Customer; detail_row: Customer; read_at: Date }[];
  return new Map(rows.map((row) => [row.customer_id, { detail: row.detail, row: row.detail_row, readAt: row.read_at }]));
}

/** Keeps customers as they were read. */
export async function storeCustomersRead(query: Query, tenantId: string, read: readonly CustomerRead[]): Promise<void> {
  const rows = read.map(({ detail, row, readAt }) => ({
    customer_id: row.customerId,
    detail,
    detail_row: row,
    read_at: readAt.toISOString(),
  }));
  await query(
    `UPDATE customers SET detail = read.detail, detail_row = read.detail_row, read_at = read.read_at
     FROM jsonb_to_recordset($2::jsonb) AS read(customer_id text, detail jsonb, detail_row jsonb, read_at timestamptz)
     WHERE customers.tenant_id = $1 AND customers.customer_id = read.customer_id`,
    [tenantId, jsonParameter(rows)],
  );
}
