import {
  collected,
  type Customer,
  type KnownPages,
  type Malformed,
  type SubscriptionDetail,
  type Take,
  type Walk,
} from '../domain/index.js';
import { kept } from './store/query.js';
import type { Marketplace } from './vendors.js';

/** The longest id of the marketplace that is kept; its own are digits. */
const LONGEST = 64;
/** The longest name of a line, its MPN most often, that an index of Postgres holds in whatever script. */
const LONGEST_LINE = 500;

/**
 * The marketplace without what no database keeps: NULs and half surrogate pairs are taken out of every text, and rows whose ids, or
 * records whose lines, could not be kept are set aside. What is read and what is remembered of it are then the same; rows that are handed on page by page are
 * for whoever stores them.
 */
export function tidyMarketplace(marketplace: Marketplace): Marketplace {
  return {
    get calls() {
      return marketplace.calls;
    },
    get callsAnHour() {
      return marketplace.callsAnHour;
    },
    customers: () =>
      collected(
        (row) => row.customerId,
        (take) => customersOf(marketplace)((rows) => take(rows.map(kept))),
      ),
    eachCustomer: customersOf(marketplace),
    customer: async (customerId) => kept(await marketplace.customer(customerId)),
    eachSubscription: (filter, take, known) =>
      usable(
        (row) => [row.subscriptionId, row.customerId],
        (inner) => marketplace.eachSubscription(filter, inner, known),
        take,
      ),
    subscription: async (subscriptionId) => usableDetail(kept(await marketplace.subscription(subscriptionId))),
    async *orders() {
      for await (const order of marketplace.orders()) if (isUsable(order.orderId) && isUsable(order.customerId)) yield kept(order);
    },
    order: async (orderId) => kept(await marketplace.order(orderId)),
  };
}

function isUsable(id: string): boolean {
  return id.length <= LONGEST && /^[\x21-\x7e]+$/.test(id);
}

function usableDetail(detail: SubscriptionDetail | Malformed | null): SubscriptionDetail | Malformed | null {
  if (!detail || 'reason' in detail || detail.lines.every(({ line }) => line.length <= LONGEST_LINE)) return detail;
  return { id: detail.subscriptionId, reason: `A product of it has an MPN or id of more than ${LONGEST_LINE} characters.` };
}

function customersOf(marketplace: Marketplace): Marketplace['eachCustomer'] {
  return (take: Take<Customer>, known?: KnownPages) =>
    usable(
      (row) => [row.customerId],
      (inner) => marketplace.eachCustomer(inner, known),
      take,
    );
}

/** Hands on what can be kept. */
async function usable<T>(idsOf: (row: T) => [string, ...string[]], walk: (take: Take<T>) => Promise<Walk>, take: Take<T>): Promise<Walk> {
  const unusable = new Set<string>();
  const walked = await walk(async (page, name) => {
    const rows: T[] = [];
    for (const row of page) {
      const ids = idsOf(row);
      if (ids.every(isUsable)) {
        unusable.delete(ids[0]);
        rows.push(row);
      } else unusable.add(ids[0]);
    }
    // Without those that were left out it is not the page any more.
    if (rows.length > 0 || page.length === 0) await take(rows, rows.length === page.length ? name : undefined);
  });
  const malformed: Malformed[] = walked.malformed.map((entry) =>
    entry.id === undefined || isUsable(entry.id) ? kept(entry) : { reason: entry.reason },
  );
  if (unusable.size === 0) return { ...walked, malformed };
  const ids = new Set(walked.ids);
  for (const id of unusable)
    if (ids.delete(id)) malformed.push({ reason: 'Its id, or that of its customer, is not one that can be kept.' });
  return { ...walked, ids, malformed };
}
