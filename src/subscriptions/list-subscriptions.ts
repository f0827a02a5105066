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

const STATE = `CASE WHEN subscriptions.status IN ('terminated', 'removed') OR subscriptions.gone_at IS NOT NULL THEN 'ended'
  WHEN links.licence_id IS NOT NULL THEN 'linked' ELSE 'skipped' END`;

/** Lines of a tenant's subscriptions as they were last read, and how many there are. */
export async function listSubscriptions(
  dataSource: DataSource,
  tenantId: string,
  query: SubscriptionsQuery,
): Promise<[SubscriptionLineView[], number]> {
  const parameters: unknown[] = [tenantId];
  const add = (value: unknown): string => `$${parameters.push(value)}`;
  const from = `FROM subscriptions
    LEFT JOIN subscription_lines AS lines ON lines.tenant_id = subscriptions.tenant_id AND lines.subscription_id = subscriptions.subscription_id
    LEFT JOIN links ON links.tenant_id = lines.tenant_id AND links.subscription_id = lines.subscription_id AND links.line = lines.line AND links.archived_at IS NULL
    LEFT JOIN mappings ON mappings.tenant_id = subscriptions.tenant_id AND mappings.customer_id = subscriptions.customer_id
      AND mappings.archived_at IS NULL AND mappings.state = 'mapped'
    LEFT JOIN customers ON customers.tenant_id = subscriptions.tenant_id AND customers.customer_id = subscriptions.customer_id
    WHERE ${conditions(query, add).join(' AND ')}`;
  const [count] = await dataSource.query<{ total: number }[]>(`SELECT count(*)::int AS total ${from}`, parameters);
  const rows = await dataSource.query<Row[]>(
    `SELECT subscriptions.subscription_id AS "subscriptionId", subscriptions.customer_id AS "customerId", subscriptions.name, subscriptions.status,
       subscriptions."row", subscriptions.read_at AS "readAt", lines.line, lines.manufacturer, lines.mpn, lines.product_name AS "productName", lines.quantity,
       lines.unit_cost AS "unitCost", lines.cost_currency AS "costCurrency", lines.unit_price AS "unitPrice", lines.price_currency AS "priceCurrency",
       mappings.client_id AS "clientId", links.licence_id AS "licenceId", ${STATE} AS state
     ${from} ORDER BY length(subscriptions.subscription_id), subscriptions.subscription_id, lines.line OFFSET ${add(query.offset)} LIMIT ${add(query.limit)}`,
    parameters,
  );
  return [rows.map(viewOfLine), count?.total ?? 0];
}

function conditions({ customerId, clientId, status, state, search }: SubscriptionsQuery, add: (value: unknown) => string): string[] {
  const all = ['subscriptions.tenant_id = $1'];
  if (customerId !== undefined) all.push(`subscriptions.customer_id = ${add(customerId)}`);
  if (clientId !== undefined) all.push(`mappings.client_id = ${add(clientId)}`);
  if (status !== undefined) all.push(`subscriptions.status = ${add(status)}`);
  if (state !== undefined) all.push(`${STATE} = ${add(state)}`);
  if (search !== undefined) {
    const [pattern, whole] = [add(likePattern(search)), add(search)];
    const texts = ['subscriptions.name', 'lines.product_name', 'lines.mpn', 'customers.name'].map((column) => `${column} ILIKE ${pattern}`);
    all.push(`(${texts.join(' OR ')} OR subscriptions.subscription_id = ${whole})`);
  }
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
