import type { DataSource } from 'typeorm';
import { likePattern } from '../database/like-pattern.js';
import { decimal, isoDuration, type Subscription, type SubscriptionStatus } from '../domain/index.js';
import type { LineState, MoneyView, SubscriptionLineView, SubscriptionsQuery } from './dto.js';

interface Row {
  subscriptionId: string;
  customerId: string;
  name: string | null;
  status: SubscriptionStatus;
  row: Subscription;
  readAt: Date | null;
  line: string | null;
  manufacturer: string | null;
  mpn: string | null;
  productName: string | null;
  quantity: string | null;
  unitCost: string | null;
  costCurrency: string | null;
  unitPrice: string | null;
  priceCurrency: string | null;
  clientId: string | null;
  licenceId: string | null;
  state: LineState;
}

/** Lines of a tenant's subscriptions as they were last read, and how many there are. */
export async function listSubscriptions(
  dataSource: DataSource,
  tenantId: string,
  query: SubscriptionsQuery,
): Promise<[SubscriptionLineView[], number]> {
  const parameters: unknown[] = [tenantId];
  const add = (value: unknown): string => `$${parameters.push(value)}`;
  const listed = `FROM listed_lines WHERE ${conditions(query, add).join(' AND ')}`;
  const [[count], rows] = await Promise.all([
    dataSource.query<{ total: number }[]>(`SELECT count(*)::int AS total ${listed}`, [...parameters]),
    dataSource.query<Row[]>(
      `SELECT page.subscription_id AS "subscriptionId", page.customer_id AS "customerId", subscriptions.name, page.status, subscriptions."row",
         subscriptions.read_at AS "readAt", lines.line, lines.manufacturer, lines.mpn, lines.product_name AS "productName", lines.quantity,
         lines.unit_cost AS "unitCost", lines.cost_currency AS "costCurrency", lines.unit_price AS "unitPrice", lines.price_currency AS "priceCurrency",
         mappings.client_id AS "clientId", links.licence_id AS "licenceId", page.state
       FROM (
         SELECT subscription_id, line, customer_id, status, state ${listed}
         ORDER BY length(subscription_id), subscription_id, line OFFSET ${add(query.offset)} LIMIT ${add(query.limit)}
       ) AS page
       JOIN subscriptions ON subscriptions.tenant_id = $1 AND subscriptions.subscription_id = page.subscription_id
       LEFT JOIN subscription_lines AS lines ON lines.tenant_id = $1 AND lines.subscription_id = page.subscription_id AND lines.line = page.line
       LEFT JOIN links ON links.tenant_id = $1 AND links.subscription_id = page.subscription_id AND links.line = page.line AND links.archived_at IS NULL
       LEFT JOIN mappings ON mappings.tenant_id = $1 AND mappings.customer_id = page.customer_id AND mappings.archived_at IS NULL AND mappings.state = 'mapped'
       ORDER BY length(page.subscription_id), page.subscription_id, page.line`,
      parameters,
    ),
  ]);
  return [rows.map(viewOfLine), count?.total ?? 0];
}

function conditions({ customerId, clientId, status, state, search }: SubscriptionsQuery, add: (value: unknown) => string): string[] {
  const all = ['tenant_id = $1'];
  if (customerId !== undefined) all.push(`customer_id = ${add(customerId)}`);
  if (clientId !== undefined) {
    all.push(
      `customer_id IN (SELECT customer_id FROM mappings WHERE tenant_id = $1 AND client_id = ${add(clientId)} AND archived_at IS NULL AND state = 'mapped')`,
    );
  }
  if (status !== undefined) all.push(`status = ${add(status)}`);
  if (state !== undefined) all.push(`state = ${add(state)}`);
  if (search !== undefined) all.push(`(search LIKE lower(${add(likePattern(search))}) OR subscription_id = ${add(search)})`);
  return all;
}

function viewOfLine(row: Row): SubscriptionLineView {
  const { row: shown } = row;
  return {
    subscriptionId: row.subscriptionId,
    line: row.line,
    customerId: row.customerId,
    clientId: row.clientId,
    product: { manufacturer: row.manufacturer, mpn: row.mpn, name: row.productName ?? row.name },
    quantity: row.quantity === null ? null : Number(row.quantity),
    term: isoDuration(shown.subscriptionPeriod) ?? null,
    billingPeriod: isoDuration(shown.billingPeriod) ?? null,
    unitCost: money(row.unitCost, row.costCurrency),
    unitPrice: money(row.unitPrice, row.priceCurrency),
    status: row.status,
    autoRenew: shown.autoRenew ?? null,
    startDate: shown.creationDate ?? null,
    renewalDate: shown.renewalDate ?? null,
    expirationDate: shown.expirationDate ?? null,
    licenceId: row.licenceId,
    state: row.state,
    readAt: row.readAt?.toISOString() ?? null,
  };
}

function money(amount: string | null, currency: string | null): MoneyView | null {
  const exact = decimal(amount);
  return exact === undefined || currency === null ? null : { amount: exact, currency };
}
