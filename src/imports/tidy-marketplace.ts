import type { Look } from '../domain/index.js';
import { jsonParameter } from './store/query.js';
import type { Marketplace } from './vendors.js';

/** The longest id of the marketplace that is kept; its own are digits. */
const LONGEST = 64;

/**
 * The marketplace without what no database keeps: NULs and half surrogate pairs are taken out of every text, and rows whose ids
 * could not be kept are set aside. What is read and what is remembered of it are then the same.
 */
export function tidyMarketplace(marketplace: Marketplace): Marketplace {
  return {
    get calls() {
      return marketplace.calls;
    },
    get callsAnHour() {
      return marketplace.callsAnHour;
    },
    customers: async () => usable(await marketplace.customers(), (row) => [row.customerId]),
    customer: async (customerId) => tidy(await marketplace.customer(customerId)),
    subscriptions: async (filter) => usable(await marketplace.subscriptions(filter), (row) => [row.subscriptionId, row.customerId]),
    subscription: async (subscriptionId) => tidy(await marketplace.subscription(subscriptionId)),
    async *orders() {
      for await (const order of marketplace.orders()) if (isUsable(order.orderId) && isUsable(order.customerId)) yield tidy(order);
    },
    order: async (orderId) => tidy(await marketplace.order(orderId)),
  };
}

function isUsable(id: string): boolean {
  return id.length <= LONGEST && /^[\x21-\x7e]+$/.test(id);
}

function usable<T>(look: Look<T>, idsOf: (row: T) => string[]): Look<T> {
  const rows: T[] = [];
  const malformed = look.malformed.map((entry) => (entry.id === undefined || isUsable(entry.id) ? tidy(entry) : { reason: entry.reason }));
  for (const row of look.rows) {
    if (idsOf(row).every(isUsable)) rows.push(tidy(row));
    else malformed.push({ reason: 'Its id, or that of its customer, is not one that can be kept.' });
  }
  return { ...look, rows, malformed };
}

/** Records are plain JSON: those with such text, which are hardly any, are written and read back without it. */
function tidy<T>(record: T): T {
  return /\\u(?:0000|d[89a-f])/i.test(JSON.stringify(record)) ? (JSON.parse(jsonParameter(record)) as T) : record;
}
