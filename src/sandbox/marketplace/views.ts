import type { CustomerRow, OrderRow, ProductLineRow, ProductRow, SubscriptionRow } from './rows.js';
import type { MarketplaceSwitches } from './switches.js';

type Json = Record<string, unknown>;

const SHORT_CUSTOMER = ['id', 'externalId', 'name', 'status'];
const OLD_SUBSCRIPTION = [
  'id',
  'customerId',
  'status',
  'attributes',
  'renewalStatus',
  'creationDate',
  'renewalDate',
  'lastModifiedDate',
  'expirationDate',
];
const SUBSCRIPTION = [...OLD_SUBSCRIPTION.toSpliced(1, 0, 'name'), 'billingModel', 'billingPeriod', 'subscriptionPeriod'];
const ORDER = ['id', 'orderNumber', 'type', 'customerId', 'creationDate', 'provisioningDate', 'status', 'statusCode', 'total'];

export function customerInList(row: CustomerRow, switches: MarketplaceSwitches): Json {
  return switches.shortCustomerRows ? pick(row, SHORT_CUSTOMER) : customer(row, switches);
}

export function customer(row: CustomerRow, switches: MarketplaceSwitches): Json {
  return arrays({ ...row }, switches);
}

/** A row of the list: never a product, quantity or price. */
export function subscriptionInList(row: SubscriptionRow, switches: MarketplaceSwitches): Json {
  return pick(row, switches.oldListRows ? OLD_SUBSCRIPTION : SUBSCRIPTION);
}

export function subscription(row: SubscriptionRow, switches: MarketplaceSwitches): Json {
  const whole: Json = { ...row };
  if (!switches.costsVisible) delete whole['totalSubscriptionCost'];
  // Rows may have been made malformed on purpose: only what is an array of objects is looked into.
  if (Array.isArray(row.products)) whole['products'] = row.products.map((line) => productLine(line, switches));
  return arrays(whole, switches);
}

function productLine(line: ProductLineRow, switches: MarketplaceSwitches): unknown {
  if (typeof line !== 'object' || line === null) return line;
  const shown: Json = { ...line };
  if (!switches.costsVisible) delete shown['unitCost'];
  if (!switches.vendorSubscriptionIds) delete shown['vendorSubscriptionId'];
  return shown;
}

export function orderInList(row: OrderRow, switches: MarketplaceSwitches): Json {
  return orderTimes(pick(row, ORDER), switches);
}

export function order(row: OrderRow, switches: MarketplaceSwitches): Json {
  return orderTimes(arrays({ ...row }, switches), switches);
}

export function product(row: ProductRow, switches: MarketplaceSwitches): Json {
  const whole: Json = { ...row };
  if (!switches.costsVisible) delete whole['costs'];
  return whole;
}

/** Leaves out empty arrays where the switch says so. */
export function arrays(row: Json, switches: MarketplaceSwitches): Json {
  if (switches.emptyArrays === 'empty') return row;
  return Object.fromEntries(Object.entries(row).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

function orderTimes(row: Json, switches: MarketplaceSwitches): Json {
  if (switches.orderDates === 'iso') return row;
  for (const name of ['creationDate', 'provisioningDate']) {
    const value = row[name];
    if (typeof value === 'string') row[name] = value.replace('T', ' ');
  }
  return row;
}

function pick(row: object, fields: readonly string[]): Json {
  const all: Json = { ...row };
  return Object.fromEntries(fields.filter((field) => all[field] !== undefined).map((field) => [field, all[field]]));
}
