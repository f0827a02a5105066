import { decimal, isoDuration, type Subscription, type SubscriptionStatus } from '../domain/index.js';
import { likePattern } from '../database/like-pattern.js';
import type { LineState, LinesFilter, MoneyView, SubscriptionLineView } from './dto.js';

/** A line of a subscription with all that belongs to it, as SQL gives it. */
export interface LineRow {
  tenantId: string;
  subscriptionId: string;
  customerId: string;
  customerName: string | null;
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
  clientName: string | null;
  linkId: string | null;
  licenceId: string | null;
  state: LineState;
}

/** Of a page of `listed_lines`. */
const COLUMNS = `page.tenant_id AS "tenantId", page.subscription_id AS "subscriptionId", page.customer_id AS "customerId", customers.name AS "customerName",
  subscriptions.name, page.status, subscriptions."row", subscriptions.read_at AS "readAt", lines.line, lines.manufacturer, lines.mpn,
  lines.product_name AS "productName", lines.quantity, lines.unit_cost AS "unitCost", lines.cost_currency AS "costCurrency",
  lines.unit_price AS "unitPrice", lines.price_currency AS "priceCurrency", mappings.client_id AS "clientId", mappings.client_name AS "clientName",
  links.id AS "linkId", links.licence_id AS "licenceId", page.state`;

const JOINS = {
  subscriptions: `JOIN subscriptions ON subscriptions.tenant_id = page.tenant_id AND subscriptions.subscription_id = page.subscription_id`,
  lines: `LEFT JOIN subscription_lines AS lines ON lines.tenant_id = page.tenant_id AND lines.subscription_id = page.subscription_id AND lines.line = page.line`,
  links: `LEFT JOIN links ON links.tenant_id = page.tenant_id AND links.subscription_id = page.subscription_id AND links.line = page.line AND links.archived_at IS NULL`,
  mappings: `LEFT JOIN mappings ON mappings.tenant_id = page.tenant_id AND mappings.customer_id = page.customer_id AND mappings.archived_at IS NULL AND mappings.state = 'mapped'`,
  customers: `LEFT JOIN customers ON customers.tenant_id = page.tenant_id AND customers.customer_id = page.customer_id`,
};

const ALL_JOINS = Object.values(JOINS).join(' ');

/** What a list can be sorted by: an expression, and what it needs beside the narrow row. */
const ORDERS: Record<string, { by: string; needs: readonly (keyof typeof JOINS)[] }> = {
  customer: { by: 'lower(customers.name)', needs: ['customers'] },
  client: { by: 'lower(mappings.client_name)', needs: ['mappings'] },
  product: { by: 'lower(coalesce(lines.product_name, subscriptions.name))', needs: ['lines', 'subscriptions'] },
  quantity: { by: 'lines.quantity', needs: ['lines'] },
  renewalDate: { by: `subscriptions."row" ->> 'renewalDate'`, needs: ['subscriptions'] },
  autoRenew: { by: `subscriptions."row" ->> 'autoRenew'`, needs: ['subscriptions'] },
  status: { by: 'page.status', needs: [] },
  state: { by: 'page.state', needs: [] },
  unitCost: { by: 'lines.unit_cost', needs: ['lines'] },
  unitPrice: { by: 'lines.unit_price', needs: ['lines'] },
};

export const LINES_SORTS = [...Object.keys(ORDERS), 'subscriptionId'].flatMap((order) => [order, `-${order}`]);

/** As the index has them, so that it is read forwards or backwards: the marketplace's ids grow with time. */
const SETTLED = 'page.tenant_id, length(page.subscription_id), page.subscription_id, page.line';
const NEWEST_FIRST = SETTLED.split(', ')
  .map((column) => `${column} DESC`)
  .join(', ');

/** Takes a value and gives the parameter it became. */
type Add = (value: unknown) => string;

/** The narrow rows of the lines that are wanted of these tenants, as `FROM … WHERE`. */
export function listed(tenantIds: readonly string[], filter: LinesFilter, add: Add, beside: readonly (keyof typeof JOINS)[] = []): string {
  const needs = new Set(beside);
  if (filter.autoRenew !== undefined || filter.renewsBefore !== undefined) needs.add('subscriptions');
  const joins = [...needs].map((need) => JOINS[need]).join(' ');
  return `FROM listed_lines AS page ${joins} WHERE ${conditions(tenantIds, filter, add).join(' AND ')}`;
}

/** A part of the lines in an order; what has nothing there comes last either way. */
export function sorted(tenantIds: readonly string[], filter: LinesFilter, sort: string | undefined, add: Add, part: string): string {
  const order = ORDERS[sort?.replace(/^-/, '') ?? ''];
  const by = (expression: string): string =>
    (order ? `${expression} ${sort?.startsWith('-') ? 'DESC' : 'ASC'} NULLS LAST, ` : '') +
    (sort === '-subscriptionId' ? NEWEST_FIRST : SETTLED);
  const { by: expression, needs } = order ?? { by: 'NULL', needs: [] };
  return `SELECT ${COLUMNS} FROM (
      SELECT page.*, ${expression} AS sorted_by ${listed(tenantIds, filter, add, needs)} ORDER BY ${by(expression)} ${part}
    ) AS page ${ALL_JOINS} ORDER BY ${by('page.sorted_by')}`;
}

/** The next lines after one, by their keys alone, so that none is missed or doubled whatever is imported meanwhile. */
export function following(tenantIds: readonly string[], filter: LinesFilter, last: LineRow | undefined, add: Add, count: number): string {
  const place = 'page.tenant_id, page.subscription_id, page.line';
  const from = listed(tenantIds, filter, add);
  const after = last ? `AND (${place}) > (${add(last.tenantId)}, ${add(last.subscriptionId)}, ${add(last.line ?? '')})` : '';
  return `SELECT ${COLUMNS} FROM (SELECT page.* ${from} ${after} ORDER BY ${place} LIMIT ${count}) AS page ${ALL_JOINS} ORDER BY ${place}`;
}

function conditions(tenantIds: readonly string[], filter: LinesFilter, add: Add): string[] {
  const { customerId, clientId, subscriptionId, line, status, state, autoRenew, renewsBefore, search } = filter;
  // One alone is in the order of the index.
  const all = [tenantIds.length === 1 ? `page.tenant_id = ${add(tenantIds[0])}` : `page.tenant_id = ANY(${add(tenantIds)}::uuid[])`];
  const mapped = (to: string): string =>
    `(page.tenant_id, page.customer_id) IN (SELECT tenant_id, customer_id FROM mappings WHERE archived_at IS NULL AND state = 'mapped' AND ${to})`;
  if (customerId !== undefined) all.push(`page.customer_id = ${add(customerId)}`);
  if (clientId !== undefined) all.push(mapped(`client_id = ${add(clientId)}`));
  if (subscriptionId !== undefined) all.push(`page.subscription_id = ${add(subscriptionId)}`);
  if (line !== undefined) all.push(`page.line = ${add(line)}`);
  if (status !== undefined) all.push(`page.status = ${add(status)}`);
  if (state !== undefined) all.push(`page.state = ${add(state)}`);
  if (autoRenew !== undefined) all.push(`subscriptions."row" ->> 'autoRenew' = ${add(String(autoRenew))}`);
  if (renewsBefore !== undefined) all.push(`subscriptions."row" ->> 'renewalDate' < ${add(renewsBefore)}`);
  if (search !== undefined) {
    const pattern = add(likePattern(search));
    all.push(`(page.search LIKE lower(${pattern}) OR page.subscription_id = ${add(search)} OR ${mapped(`client_name ILIKE ${pattern}`)})`);
  }
  return all;
}

export function viewOfLine(row: LineRow): SubscriptionLineView {
  const { row: shown } = row;
  return {
    tenantId: row.tenantId,
    subscriptionId: row.subscriptionId,
    line: row.line,
    customerId: row.customerId,
    customerName: row.customerName,
    clientId: row.clientId,
    clientName: row.clientName,
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
    linkId: row.linkId,
    licenceId: row.licenceId,
    state: row.state,
    readAt: row.readAt?.toISOString() ?? null,
  };
}

/** An amount that the tables keep; null without a currency. */
export function money(amount: string | null, currency: string | null): MoneyView | null {
  const exact = decimal(amount);
  return exact === undefined || currency === null ? null : { amount: exact, currency };
}
