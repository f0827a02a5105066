import { isoDuration, type Customer, type Look, type Subscription, type SubscriptionDetail } from '../../domain/index.js';
import { jsonParameter, type Query, type Queryable } from './query.js';

/** What the cache holds of a subscription. */
export interface CachedDetail {
  detail: SubscriptionDetail;
  /** The list row as it stood when the detail was read. */
  row: Subscription;
  readAt: Date;
}

/** Whether earlier looks showed any subscription that no complete one has missed since. */
export async function knowsSubscriptions(db: Queryable, tenantId: string): Promise<boolean> {
  const rows = (await db.query(`SELECT 1 FROM subscriptions WHERE tenant_id = $1 AND gone_at IS NULL LIMIT 1`, [tenantId])) as unknown[];
  return rows.length > 0;
}

/** The names, by id, of customers that earlier looks showed and no complete one has missed since. */
export async function knownCustomers(db: Queryable, tenantId: string): Promise<Map<string, string>> {
  const rows = (await db.query(`SELECT customer_id, name FROM customers WHERE tenant_id = $1 AND gone_at IS NULL`, [tenantId])) as {
    customer_id: string;
    name: string;
  }[];
  return new Map(rows.map((row) => [row.customer_id, row.name]));
}

/** Stores what a look showed of the customers. Only a complete look of all of them says that others are gone. */
export async function storeCustomers(db: Queryable, tenantId: string, look: Look<Customer>, all: boolean): Promise<void> {
  const rows = look.rows.map(({ customerId, name, status }) => ({ customer_id: customerId, name, status }));
  await db.query(
    `INSERT INTO customers (tenant_id, customer_id, name, status, seen_at)
     SELECT $1, customer_id, name, status, now() FROM jsonb_to_recordset($2::jsonb) AS seen(customer_id text, name text, status text)
     ON CONFLICT (tenant_id, customer_id) DO UPDATE SET name = excluded.name, status = excluded.status, seen_at = excluded.seen_at, gone_at = NULL
     WHERE (customers.name, customers.status) IS DISTINCT FROM (excluded.name, excluded.status) OR customers.gone_at IS NOT NULL`,
    [tenantId, jsonParameter(rows)],
  );
  if (all && look.complete) await markGone(db, 'customers', 'customer_id', tenantId, look);
}

/** The same for subscriptions. `all` is false when only one customer's were asked for. */
export async function storeSubscriptions(db: Queryable, tenantId: string, look: Look<Subscription>, all: boolean): Promise<void> {
  const rows = look.rows.map((row) => ({
    subscription_id: row.subscriptionId,
    customer_id: row.customerId,
    name: row.name ?? null,
    status: row.status,
    row,
  }));
  await db.query(
    `INSERT INTO subscriptions (tenant_id, subscription_id, customer_id, name, status, "row", seen_at)
     SELECT $1, subscription_id, customer_id, name, status, "row", now()
     FROM jsonb_to_recordset($2::jsonb) AS seen(subscription_id text, customer_id text, name text, status text, "row" jsonb)
     ON CONFLICT (tenant_id, subscription_id) DO UPDATE
     SET customer_id = excluded.customer_id, name = excluded.name, status = excluded.status, "row" = excluded."row", seen_at = excluded.seen_at, gone_at = NULL
     WHERE subscriptions."row" IS DISTINCT FROM excluded."row" OR subscriptions.gone_at IS NOT NULL`,
    [tenantId, jsonParameter(rows)],
  );
  if (all && look.complete) await markGone(db, 'subscriptions', 'subscription_id', tenantId, look);
}

async function markGone(
  db: Queryable,
  table: 'customers' | 'subscriptions',
  column: 'customer_id' | 'subscription_id',
  tenantId: string,
  look: Look<Customer> | Look<Subscription>,
): Promise<void> {
  const listed = [
    ...look.rows.map((row) => (column === 'customer_id' ? row.customerId : (row as Subscription).subscriptionId)),
    ...look.malformed.map(({ id }) => id).filter((id) => id !== undefined),
  ];
  await db.query(`UPDATE ${table} SET gone_at = now() WHERE tenant_id = $1 AND gone_at IS NULL AND NOT (${column} = ANY($2))`, [
    tenantId,
    listed,
  ]);
}

/** Every detail the cache holds, by subscription id. */
export async function cachedDetails(db: Queryable, tenantId: string): Promise<Map<string, CachedDetail>> {
  const rows = (await db.query(
    `SELECT subscription_id, detail, detail_row, read_at FROM subscriptions WHERE tenant_id = $1 AND detail IS NOT NULL`,
    [tenantId],
  )) as { subscription_id: string; detail: SubscriptionDetail; detail_row: Subscription; read_at: Date }[];
  return new Map(rows.map((row) => [row.subscription_id, { detail: row.detail, row: row.detail_row, readAt: row.read_at }]));
}

/** A period as ISO text; none for one whose length nobody means. */
function periodText(period: Parameters<typeof isoDuration>[0]): string | null {
  const text = isoDuration(period);
  return text === undefined || text.length > 16 ? null : text;
}

/**
 * Stores details as they were read, their lines, and a row of history for each line whose quantity, price or cost is another
 * than the last one kept: the marketplace has no history to ask for later.
 */
export async function storeDetails(
  query: Query,
  tenantId: string,
  read: readonly { row: Subscription; detail: SubscriptionDetail; readAt: Date }[],
): Promise<void> {
  if (read.length === 0) return;
  const details = read.map(({ row, detail, readAt }) => ({
    subscription_id: row.subscriptionId,
    detail,
    detail_row: row,
    read_at: readAt.toISOString(),
  }));
  const lines = read.flatMap(({ detail, readAt }) =>
    detail.lines.map((line) => ({
      subscription_id: detail.subscriptionId,
      line: line.line,
      customer_id: detail.customerId,
      manufacturer: line.manufacturer ?? null,
      mpn: line.mpn ?? null,
      product_name: line.name ?? null,
      quantity: line.quantity ?? null,
      term: periodText(detail.subscriptionPeriod),
      billing_period: periodText(detail.billingPeriod),
      unit_cost: line.unitCost?.amount ?? null,
      cost_currency: line.unitCost?.currency ?? null,
      unit_price: line.unitPrice?.amount ?? null,
      price_currency: line.unitPrice?.currency ?? null,
      seen_at: readAt.toISOString(),
    })),
  );
  await query(
    `UPDATE subscriptions SET detail = read.detail, detail_row = read.detail_row, read_at = read.read_at
     FROM jsonb_to_recordset($2::jsonb) AS read(subscription_id text, detail jsonb, detail_row jsonb, read_at timestamptz)
     WHERE subscriptions.tenant_id = $1 AND subscriptions.subscription_id = read.subscription_id`,
    [tenantId, jsonParameter(details)],
  );
  const recordset = `jsonb_to_recordset($2::jsonb) AS seen(subscription_id text, line text, customer_id text, manufacturer text, mpn text, product_name text,
    quantity numeric, term text, billing_period text, unit_cost numeric, cost_currency text, unit_price numeric, price_currency text, seen_at timestamptz)`;
  await query(
    `INSERT INTO subscription_history (tenant_id, subscription_id, line, quantity, unit_cost, cost_currency, unit_price, price_currency, seen_at)
     SELECT $1, seen.subscription_id, seen.line, seen.quantity, seen.unit_cost, seen.cost_currency, seen.unit_price, seen.price_currency, seen.seen_at
     FROM ${recordset}
     LEFT JOIN LATERAL (
       SELECT quantity, unit_cost, cost_currency, unit_price, price_currency FROM subscription_history AS kept
       WHERE kept.tenant_id = $1 AND kept.subscription_id = seen.subscription_id AND kept.line = seen.line ORDER BY kept.id DESC LIMIT 1
     ) AS last ON true
     WHERE (last.quantity, last.unit_cost, last.cost_currency, last.unit_price, last.price_currency)
       IS DISTINCT FROM (seen.quantity, seen.unit_cost, seen.cost_currency, seen.unit_price, seen.price_currency)`,
    [tenantId, jsonParameter(lines)],
  );
  await query(
    `DELETE FROM subscription_lines WHERE tenant_id = $1 AND subscription_id = ANY($2)
     AND NOT ((subscription_id, line) IN (SELECT subscription_id, line FROM jsonb_to_recordset($3::jsonb) AS kept(subscription_id text, line text)))`,
    [tenantId, read.map(({ row }) => row.subscriptionId), jsonParameter(lines)],
  );
  await query(
    `INSERT INTO subscription_lines (tenant_id, subscription_id, line, customer_id, manufacturer, mpn, product_name, quantity, term, billing_period,
       unit_cost, cost_currency, unit_price, price_currency)
     SELECT $1, subscription_id, line, customer_id, manufacturer, mpn, product_name, quantity, term, billing_period, unit_cost, cost_currency, unit_price, price_currency
     FROM ${recordset}
     ON CONFLICT (tenant_id, subscription_id, line) DO UPDATE SET customer_id = excluded.customer_id, manufacturer = excluded.manufacturer, mpn = excluded.mpn,
       product_name = excluded.product_name, quantity = excluded.quantity, term = excluded.term, billing_period = excluded.billing_period, unit_cost = excluded.unit_cost,
       cost_currency = excluded.cost_currency, unit_price = excluded.unit_price, price_currency = excluded.price_currency`,
    [tenantId, jsonParameter(lines)],
  );
}
