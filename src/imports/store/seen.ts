import { prepared } from '../../database/prepared.js';
import { isoDuration, type Subscription } from '../../domain/index.js';
import type { DetailRead } from '../look-details.js';
import { OVERLAP_MS, type OrderNews } from '../look-orders.js';
import { AHEAD_MS, type Readable } from '../what-to-read.js';
import { HELD_IMPORT } from './import-row.js';
import { execute, jsonParameter, type Query, type Queryable } from './query.js';

/** Whether earlier looks showed any subscription that no complete one has missed since. */
export async function knowsSubscriptions(db: Queryable, tenantId: string): Promise<boolean> {
  const rows = await execute<unknown>(db, `SELECT 1 FROM subscriptions WHERE tenant_id = $1 AND gone_at IS NULL LIMIT 1`, [tenantId]);
  return rows.length > 0;
}

/** How many customers earlier looks showed and no complete one has missed since. */
export async function knownCustomers(db: Queryable, tenantId: string): Promise<number> {
  const [row] = await execute<{ n: number }>(db, `SELECT count(*)::int AS n FROM customers WHERE tenant_id = $1 AND gone_at IS NULL`, [
    tenantId,
  ]);
  return row!.n;
}

/** Those of these customers that are among them, by id, with their names. */
export async function knownNames(db: Queryable, tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await execute<{ customer_id: string; name: string }>(
    db,
    `SELECT customer_id, name FROM customers WHERE tenant_id = $1 AND gone_at IS NULL AND customer_id = ANY($2)`,
    [tenantId, ids],
  );
  return new Map(rows.map((row) => [row.customer_id, row.name]));
}

/** The same of all of them. */
export async function allKnownNames(db: Queryable, tenantId: string): Promise<Map<string, string>> {
  const rows = await execute<{ customer_id: string; name: string }>(
    db,
    `SELECT customer_id, name FROM customers WHERE tenant_id = $1 AND gone_at IS NULL`,
    [tenantId],
  );
  return new Map(rows.map((row) => [row.customer_id, row.name]));
}

/**
 * The subscriptions in force that the last look showed, of customers that nobody said to ignore, by their ids. A detail may have changed
 * when the list row is another than the one it was read under, which it is, too, once an order gave a sign.
 *
 * @param restedSince in milliseconds since 1970: those read after that which show no sign are only counted, as `restful`.
 * @param now a reading that is dated well after it counts as one of 1970.
 */
export async function readableSubscriptions(
  db: Queryable,
  tenantId: string,
  { customerIds, restedSince, now }: { customerIds: readonly string[] | null; restedSince: number; now: number },
): Promise<{ readable: Readable[]; restful: number }> {
  const rows = await execute<Omit<Readable, 'id'> & { id: string | null }>(
    db,
    `WITH readable AS MATERIALIZED (
       SELECT subscription_id AS id, read.at AS "readAt", read.at IS NOT NULL AND detail_row IS DISTINCT FROM "row" AS sign
       FROM subscriptions, LATERAL (SELECT ${readingAt('$4')} AS at) AS read
       WHERE tenant_id = $1 AND listed AND status IN ('active', 'hold') AND ($2::text[] IS NULL OR customer_id = ANY($2))
         AND NOT EXISTS (SELECT 1 FROM mappings WHERE mappings.tenant_id = $1 AND mappings.customer_id = subscriptions.customer_id AND archived_at IS NULL AND state = 'ignored')
     ), named AS (SELECT * FROM readable WHERE "readAt" IS NULL OR sign OR "readAt" <= $3)
     SELECT NULL AS id, ((SELECT count(*) FROM readable) - (SELECT count(*) FROM named))::float8 AS "readAt", false AS sign UNION ALL SELECT * FROM named`,
    [tenantId, customerIds, restedSince, now + AHEAD_MS],
  );
  const left = rows.findIndex(({ id }) => id === null);
  const [rest] = rows.splice(left, 1);
  return { readable: rows as Readable[], restful: rest!.readAt! };
}

/** When a subscription was last read, in milliseconds since 1970: one that is dated after the parameter `latest` is of 1970. */
function readingAt(latest: string): string {
  return `CASE WHEN 1000 * extract(epoch FROM read_at) > ${latest}::float8 THEN 0 ELSE (1000 * extract(epoch FROM read_at))::float8 END`;
}

const NOTE_SIGNS = prepared(
  'note_signs',
  `WITH held AS (SELECT id FROM ${HELD_IMPORT})
   UPDATE subscriptions SET detail_row = NULL FROM held, unnest($4::text[], $5::float8[]) AS touched (customer_id, at)
   WHERE subscriptions.tenant_id = $3 AND subscriptions.customer_id = touched.customer_id AND status IN ('active', 'hold') AND detail_row IS NOT NULL
     AND touched.at > ${readingAt('$7')} - $6`,
);

/**
 * Notes that orders, or what became of them, came since details of their customers were read, or a little before. The sign stays until they are
 * read, be it much later: after a failure, once their customer is not ignored any more, or when they can be understood.
 *
 * @param now in milliseconds since 1970; a reading that is dated well after it counts as one of 1970.
 */
export async function noteSigns(
  db: Queryable,
  { importId, attempt }: { importId: string; attempt: number },
  tenantId: string,
  touched: OrderNews['touched'],
  now: number,
): Promise<void> {
  if (touched.size === 0) return;
  await db.query(NOTE_SIGNS, [importId, attempt, tenantId, [...touched.keys()], [...touched.values()], OVERLAP_MS, now + AHEAD_MS]);
}

/** A subscription that the last look showed, of these customers; one that has a licence if there is any. */
export async function witnessOf(db: Queryable, tenantId: string, customerIds: readonly string[] | null): Promise<Subscription | undefined> {
  const [found] = await execute<{ row: Subscription }>(
    db,
    `SELECT "row" FROM subscriptions WHERE tenant_id = $1 AND listed AND ($2::text[] IS NULL OR customer_id = ANY($2))
     ORDER BY EXISTS (SELECT 1 FROM links WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND links.subscription_id = subscriptions.subscription_id) DESC, subscription_id
     LIMIT 1`,
    [tenantId, customerIds],
  );
  return found?.row;
}

/** A period as ISO text; none for one whose length nobody means. */
function periodText(period: Parameters<typeof isoDuration>[0]): string | null {
  const text = isoDuration(period);
  return text === undefined || text.length > 16 ? null : text;
}

/**
 * Stores details as they were read, under the list rows that stand there now, their lines, and a row of history for each line whose quantity, price or cost is another
 * than the last one kept: the marketplace has no history to ask for later.
 */
export async function storeDetails(
  query: Query,
  tenantId: string,
  read: readonly DetailRead[],
  by: { importId: string; attempt: number },
): Promise<void> {
  if (read.length === 0) return;
  const details = read.map(({ id, detail, readAt }) => ({ id, detail, read_at: readAt.toISOString() }));
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
  await execute(
    query,
    `UPDATE subscriptions SET detail = read.detail, detail_row = "row", read_at = read.read_at, read_by = $3, read_attempt = $4
     FROM jsonb_to_recordset($2::jsonb) AS read(id text, detail jsonb, read_at timestamptz)
     WHERE subscriptions.tenant_id = $1 AND subscriptions.subscription_id = read.id`,
    [tenantId, jsonParameter(details), by.importId, by.attempt],
  );
  await query(STORE_LINES, [tenantId, jsonParameter(lines), read.map(({ id }) => id)]);
}

const VALUES = ['quantity', 'unit_cost', 'cost_currency', 'unit_price', 'price_currency'];
const REST = ['customer_id', 'manufacturer', 'mpn', 'product_name', 'term', 'billing_period'];
const of = (row: string, columns: readonly string[]): string => columns.map((column) => `${row}.${column}`).join(', ');

/** The lines ($2) of some subscriptions ($3) of a tenant ($1) as they were read. Of those that stand there just so nothing is written. */
const STORE_LINES = prepared(
  'store_lines',
  `
  WITH seen AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($2::jsonb) AS seen(subscription_id text, line text, customer_id text, manufacturer text, mpn text, product_name text,
      quantity numeric, term text, billing_period text, unit_cost numeric, cost_currency text, unit_price numeric, price_currency text, seen_at timestamptz)
  ), other AS MATERIALIZED (
    SELECT seen.* FROM seen
    LEFT JOIN subscription_lines AS kept ON kept.tenant_id = $1 AND kept.subscription_id = seen.subscription_id AND kept.line = seen.line
    WHERE kept.line IS NULL OR (${of('kept', [...REST, ...VALUES])}) IS DISTINCT FROM (${of('seen', [...REST, ...VALUES])})
  ), gone AS (
    DELETE FROM subscription_lines AS kept WHERE kept.tenant_id = $1 AND kept.subscription_id = ANY($3)
      AND NOT EXISTS (SELECT FROM seen WHERE seen.subscription_id = kept.subscription_id AND seen.line = kept.line)
  ), noted AS (
    INSERT INTO subscription_history (tenant_id, subscription_id, line, ${VALUES.join(', ')}, seen_at)
    SELECT $1, other.subscription_id, other.line, ${of('other', VALUES)}, other.seen_at
    FROM other
    LEFT JOIN LATERAL (
      SELECT ${VALUES.join(', ')} FROM subscription_history AS kept
      WHERE kept.tenant_id = $1 AND kept.subscription_id = other.subscription_id AND kept.line = other.line ORDER BY kept.id DESC LIMIT 1
    ) AS last ON true
    WHERE (${of('last', VALUES)}) IS DISTINCT FROM (${of('other', VALUES)})
  )
  INSERT INTO subscription_lines (tenant_id, subscription_id, line, ${[...REST, ...VALUES].join(', ')})
  SELECT $1, subscription_id, line, ${[...REST, ...VALUES].join(', ')} FROM other
  ON CONFLICT (tenant_id, subscription_id, line) DO UPDATE SET ${[...REST, ...VALUES].map((column) => `${column} = excluded.${column}`).join(', ')}`,
);
