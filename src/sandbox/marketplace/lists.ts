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
  const rows = world.customers.newestFirst().filter((row) => {
    if (name !== undefined && !contains(row.name, name)) return false;
    if (email !== undefined && !row.contactPersons?.some((person) => person.email.toLowerCase() === email)) return false;
    if (externalId !== undefined && row.externalId !== externalId) return false;
    return resellerId === undefined || row.resellerId === resellerId;
  });
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
  const rows = candidates.filter((row) => (status === undefined || row.status === status) && created(row.creationDate));
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
  const rows = candidates.filter((row) => {
    if (subscriptionId !== undefined && row.subscriptionId !== subscriptionId) return false;
    if (orderNumber !== undefined && row.orderNumber !== orderNumber) return false;
    if (statusCode !== undefined && row.statusCode !== statusCode) return false;
    return (status === undefined || row.status === status) && created(row.creationDate);
  });
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
