import { page } from './page.js';
import { between, one, orderStatus, subscriptionStatus, whole } from './query.js';
import type { Query } from './query.js';
import type { MarketplaceSandbox } from './index.js';
import * as views from './views.js';

type Envelope = Record<string, unknown>;

/** Customers, newest first. Unknown query parameters are ignored, as everywhere. */
export function listCustomers(sandbox: MarketplaceSandbox, query: Query): Envelope {
  const { world, switches } = sandbox;
  shift(sandbox, query, 'customers');
  const name = one(query, 'name')?.toLowerCase();
  const email = one(query, 'email')?.toLowerCase();
  const externalId = one(query, 'externalId');
  const resellerId = one(query, 'resellerId');
  const rows = chosen(world.customers.newestFirst(), [
    name !== undefined && ((row) => contains(row.name, name)),
    email !== undefined && ((row) => row.contactPersons?.some((person) => person.email.toLowerCase() === email) ?? false),
    externalId !== undefined && ((row) => row.externalId === externalId),
    resellerId !== undefined && ((row) => row.resellerId === resellerId),
  ]);
  return page(rows, query, switches, (row) => views.customerInList(row, switches));
}

/** Subscriptions of all statuses, newest first. */
export function listSubscriptions(sandbox: MarketplaceSandbox, query: Query): Envelope {
  const { world, switches } = sandbox;
  const status = subscriptionStatus(query);
  const created = between(query, 'creationDateFrom', 'creationDateTo');
  shift(sandbox, query, 'subscriptions');
  const customerId = one(query, 'customerId');
  const candidates = customerId === undefined ? world.subscriptions.newestFirst() : world.subscriptions.ofCustomer(customerId);
  const rows = chosen(candidates, [
    status !== undefined && ((row) => row.status === status),
    created !== undefined && ((row) => created(row.creationDate)),
  ]);
  return page(rows, query, switches, (row) => views.subscriptionInList(row, switches));
}

/** Orders, newest first. */
export function listOrders(sandbox: MarketplaceSandbox, query: Query): Envelope {
  const { world, switches } = sandbox;
  const status = orderStatus(query);
  const created = between(query, 'creationTimeFrom', 'creationTimeTo');
  shift(sandbox, query, 'orders');
  const customerId = one(query, 'customerId');
  const candidates = customerId === undefined ? world.orders.newestFirst() : world.orders.ofCustomer(customerId);
  const subscriptionId = one(query, 'subscriptionId');
  const orderNumber = one(query, 'orderNumber');
  const statusCode = one(query, 'statusCode');
  const rows = chosen(candidates, [
    subscriptionId !== undefined && ((row) => row.subscriptionId === subscriptionId),
    orderNumber !== undefined && ((row) => row.orderNumber === orderNumber),
    statusCode !== undefined && ((row) => row.statusCode === statusCode),
    status !== undefined && ((row) => row.status === status),
    created !== undefined && ((row) => created(row.creationDate)),
  ]);
  return page(rows, query, switches, (row) => views.orderInList(row, switches));
}

/** The catalogue, flat: the same MPN once for each combination of term and billing. */
export function listProducts(sandbox: MarketplaceSandbox, query: Query): Envelope {
  const { world, switches } = sandbox;
  const name = one(query, 'name')?.toLowerCase();
  const serviceName = one(query, 'serviceName')?.toLowerCase();
  const mpn = one(query, 'mpn');
  const vendor = one(query, 'vendor')?.toLowerCase();
  const rows = world.products.filter((row) => {
    if (name !== undefined && !contains(row.name, name)) return false;
    if (serviceName !== undefined && !contains(row.serviceName, serviceName)) return false;
    return (mpn === undefined || row.mpn === mpn) && (vendor === undefined || row.vendor.toLowerCase() === vendor);
  });
  return page(rows, query, switches, (row) => views.product(row, switches));
}

/** The rows that pass all tests. Without any they are not gone through, so that a walk over many pages of many rows stays quick. */
function chosen<T>(rows: readonly T[], tests: readonly (false | ((row: T) => boolean))[]): readonly T[] {
  const asked = tests.filter((test) => test !== false);
  return asked.length === 0 ? rows : rows.filter((row) => asked.every((test) => test(row)));
}

/** Whether a text contains another, whatever the case; what is no text contains nothing. */
function contains(text: unknown, part: string): boolean {
  return typeof text === 'string' && text.toLowerCase().includes(part);
}

/** Moves rows under a caller who walks a list, where the switch says so. */
function shift(sandbox: MarketplaceSandbox, query: Query, kind: 'customers' | 'subscriptions' | 'orders'): void {
  const { switches, world } = sandbox;
  const rule = switches.shiftPages;
  if (!rule || whole(query, 'offset', 0, 0) === 0) return;
  if (rule.kind === 'move') world[kind].rotate();
  else if (kind === 'customers') world.addCustomer({});
  else if (kind === 'subscriptions') world.addSubscription({});
  else world.addOrder({});
  if (rule.times > 0) switches.shiftPages = rule.times === 1 ? null : { ...rule, times: rule.times - 1 };
}
