import { decimal, isoDuration, type Subscription, type SubscriptionStatus } from '../domain/index.js';
import type { Part } from '../database/part-of-list.js';
import { prepared } from '../database/prepared.js';
import { type Add, type Choice, conditions, needsSubscription } from './chosen-lines.js';
import type { LineState, MoneyView, SubscriptionLineView } from './dto.js';

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

/** The narrow rows of the lines that are wanted, as `FROM … WHERE`. */
export function listed(choice: Choice, add: Add, beside: readonly (keyof typeof JOINS)[] = []): string {
  const needs = new Set(beside);
  if (needsSubscription(choice.filter)) needs.add('subscriptions');
  return `FROM listed_lines AS page ${[...needs].map((need) => JOINS[need]).join(' ')} WHERE ${conditions(choice, add)}`;
}

/** What a line is chosen by, and what finds the rest of it. */
export interface NarrowLine {
  tenant_id: string;
  subscription_id: string;
  line: string;
  customer_id: string;
  status: SubscriptionStatus;
  state: LineState;
}

const NARROW = 'page.tenant_id, page.subscription_id, page.line, page.customer_id, page.status, page.state';

/** Which lines a part in an order has; what has nothing there comes last. */
export function ordered(choice: Choice, sort: string | undefined, part: Part, add: Add): string {
  const { by, needs } = orderOf(sort, part.backwards);
  return `SELECT ${NARROW} ${listed(choice, add, needs)} ORDER BY ${by} OFFSET ${add(part.offset)} LIMIT ${add(part.limit)}`;
}

/** The same of at most so many lines, each with how many there are. */
export function few(choice: Choice, sort: string | undefined, part: Part, atMost: number, add: Add): string {
  const { by, needs } = orderOf(sort, part.backwards);
  return `WITH found AS MATERIALIZED (SELECT page.* ${listed(choice, add)} LIMIT ${add(atMost)})
    SELECT ${NARROW}, (SELECT count(*)::int FROM found) AS total FROM found AS page ${needs.map((need) => JOINS[need]).join(' ')}
    ORDER BY ${by} OFFSET ${add(part.offset)} LIMIT ${add(part.limit)}`;
}

function orderOf(sort: string | undefined, backwards: boolean): { by: string; needs: readonly (keyof typeof JOINS)[] } {
  const settled = (sort === '-subscriptionId') === backwards ? SETTLED : NEWEST_FIRST;
  const order = ORDERS[sort?.replace(/^-/, '') ?? ''];
  if (!order) return { by: settled, needs: [] };
  const direction = sort?.startsWith('-') === backwards ? 'ASC' : 'DESC';
  return { by: `${order.by} ${direction} NULLS ${backwards ? 'FIRST' : 'LAST'}, ${settled}`, needs: order.needs };
}

/** All of some lines, given their narrow rows' columns as arrays. */
export const LINES_OF_KEYS = prepared(
  'lines_of_keys',
  `SELECT ${COLUMNS} FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
     WITH ORDINALITY AS page(tenant_id, subscription_id, line, customer_id, status, state, place) ${ALL_JOINS} ORDER BY page.place`,
);

/** The next lines after one, by their keys alone, so that none is missed or doubled whatever is imported meanwhile. */
export function following(choice: Choice, last: LineRow | undefined, add: Add, count: number): string {
  const place = 'page.tenant_id, page.subscription_id, page.line';
  const from = listed(choice, add);
  const after = last ? `AND (${place}) > (${add(last.tenantId)}, ${add(last.subscriptionId)}, ${add(last.line ?? '')})` : '';
  return `SELECT ${COLUMNS} FROM (SELECT page.* ${from} ${after} ORDER BY ${place} LIMIT ${count}) AS page ${ALL_JOINS} ORDER BY ${place}`;
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
