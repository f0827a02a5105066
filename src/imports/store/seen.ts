import { isoDuration, type Subscription, type SubscriptionDetail } from '../../domain/index.js';
import { OVERLAP_MS, type OrderNews } from '../look-orders.js';
import type { Readable } from '../what-to-read.js';
import { jsonParameter, type Query, type Queryable } from './query.js';

/** Whether earlier looks showed any subscription that no complete one has missed since. */
export async function knowsSubscriptions(db: Queryable, tenantId: string): Promise<boolean> {
  const rows = (await db.query(`SELECT 1 FROM subscriptions WHERE tenant_id = $1 AND gone_at IS NULL LIMIT 1`, [tenantId])) as unknown[];
  return rows.length > 0;
}

/** How many customers earlier looks showed and no complete one has missed since. */
export async function knownCustomers(db: Queryable, tenantId: string): Promise<number> {
  const [row] = (await db.query(`SELECT count(*)::int AS n FROM customers WHERE tenant_id = $1 AND gone_at IS NULL`, [tenantId])) as {
    n: number;
  }[];
  return row!.n;
}

/** Those of these customers that are among them, by id, with their names. */
export async function knownNames(db: Queryable, tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = (await db.query(
    `SELECT customer_id, name FROM customers WHERE tenant_id = $1 AND gone_at IS NULL AND customer_id = ANY($2)`,
    [tenantId, ids],
  )) as { customer_id: string; name: string }[];
  return new Map(rows.map((row) => [row.customer_id, row.name]));
}

/**
 * The subscriptions in force that the last look showed, of customers that nobody said to ignore, by their ids. A detail may have changed
 * when the list row is another than the one it was read under, or an order of its customer came since, or a little before.
 *
 * @param restedSince in milliseconds since 1970: those read after that which show no sign are only counted, as `restful`.
 */
export async function readableSubscriptions(
  db: Queryable,
  tenantId: string,
  { customerIds, touched, restedSince }: { customerIds: readonly string[] | null; touched: OrderNews['touched']; restedSince: number },
): Promise<{ readable: Readable[]; restful: number }> {
  const rows = (await db.query(
    `WITH readable AS MATERIALIZED (
       SELECT subscription_id AS id, read.at AS "readAt",
         read.at IS NOT NULL AND (detail_row IS DISTINCT FROM "row" OR coalesce(touched.at > read.at - $5, false)) AS sign
       FROM subscriptions LEFT JOIN unnest($3::text[], $4::float8[]) AS touched (customer_id, at) USING (customer_id),
         LATERAL (SELECT (1000 * extract(epoch FROM read_at))::float8 AS at) AS read
       WHERE tenant_id = $1 AND listed AND status IN ('active', 'hold') AND ($2::text[] IS NULL OR customer_id = ANY($2))
         AND NOT EXISTS (SELECT 1 FROM mappings WHERE mappings.tenant_id = $1 AND mappings.customer_id = subscriptions.customer_id AND archived_at IS NULL AND state = 'ignored')
     ), named AS (SELECT * FROM readable WHERE "readAt" IS NULL OR sign OR "readAt" <= $6)
     SELECT NULL AS id, ((SELECT count(*) FROM readable) - (SELECT count(*) FROM named))::float8 AS "readAt", false AS sign UNION ALL SELECT * FROM named`,
    [tenantId, customerIds, [...touched.keys()], [...touched.values()], OVERLAP_MS, restedSince],
  )) as (Omit<Readable, 'id'> & { id: string | null })[];
  const left = rows.findIndex(({ id }) => id === null);
  const [rest] = rows.splice(left, 1);
  return { readable: rows as Readable[], restful: rest!.readAt! };
}

/** The list rows of these subscriptions. */
export async function listedRows(db: Queryable, tenantId: string, ids: readonly string[]): Promise<Subscription[]> {
  const rows = (await db.query(`SELECT "row" FROM subscriptions WHERE tenant_id = $1 AND subscription_id = ANY($2)`, [tenantId, ids])) as {
    row: Subscription;
  }[];
  const byId = new Map(rows.map(({ row }) => [row.subscriptionId, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** A subscription that the last look showed, of these customers; one that has a licence if there is any. */
export async function witnessOf(db: Queryable, tenantId: string, customerIds: readonly string[] | null): Promise<Subscription | undefined> {
  const [found] = (await db.query(
    `SELECT "row" FROM subscriptions WHERE tenant_id = $1 AND listed AND ($2::text[] IS NULL OR customer_id = ANY($2))
     ORDER BY EXISTS (SELECT 1 FROM links WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND links.subscription_id = subscriptions.subscription_id) DESC, subscription_id
     LIMIT 1`,
    [tenantId, customerIds],
  )) as { row: Subscription }[];
  return found?.row;
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
  by: { importId: string; attempt: number },
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
    `UPDATE subscriptions SET detail = read.detail, detail_row = read.detail_row, read_at = read.read_at, read_by = $3, read_attempt = $4
     FROM jsonb_to_recordset($2::jsonb) AS read(subscription_id text, detail jsonb, detail_row jsonb, read_at timestamptz)
     WHERE subscriptions.tenant_id = $1 AND subscriptions.subscription_id = read.subscription_id`,
    [tenantId, jsonParameter(details), by.importId, by.attempt],
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
