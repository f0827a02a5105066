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
/** The longest name, of a customer or of a line (its MPN most often), that an index of Postgres holds in whatever script. */
const LONGEST_NAME = 500;
const NOT_KEPT = 'Its id, or that of its customer, is not one that can be kept.';

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
        (row) => row.subscriptionId,
        (row) => (isUsable(row.subscriptionId) && isUsable(row.customerId) ? undefined : { reason: NOT_KEPT }),
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
  if (!detail || 'reason' in detail || detail.lines.every(({ line }) => line.length <= LONGEST_NAME)) return detail;
  return { id: detail.subscriptionId, reason: `A product of it has an MPN or id of more than ${LONGEST_NAME} characters.` };
}

function whyNotCustomer({ customerId, name }: Customer): Malformed | undefined {
  if (!isUsable(customerId)) return { reason: NOT_KEPT };
  return name.length > LONGEST_NAME ? { id: customerId, reason: `Its name has more than ${LONGEST_NAME} characters.` } : undefined;
}

function customersOf(marketplace: Marketplace): Marketplace['eachCustomer'] {
  return (take: Take<Customer>, known?: KnownPages) =>
    usable(
      (row) => row.customerId,
      whyNotCustomer,
      (inner) => marketplace.eachCustomer(inner, known),
      take,
    );
}

/** Hands on what can be kept. `whyNot` says what is set aside. */
async function usable<T>(
  idOf: (row: T) => string,
  whyNot: (row: T) => Malformed | undefined,
  walk: (take: Take<T>) => Promise<Walk>,
  take: Take<T>,
): Promise<Walk> {
  const unusable = new Map<string, Malformed>();
  const walked = await walk(async (page, name) => {
    const rows: T[] = [];
    for (const row of page) {
      const why = whyNot(row);
      if (why) unusable.set(idOf(row), why);
      else {
        unusable.delete(idOf(row));
        rows.push(row);
      }
    }
    // Without those that were left out it is not the page any more.
    if (rows.length > 0 || page.length === 0) await take(rows, rows.length === page.length ? name : undefined);
  });
  const malformed: Malformed[] = walked.malformed.map((entry) =>
    entry.id === undefined || isUsable(entry.id) ? kept(entry) : { reason: entry.reason },
  );
  if (unusable.size === 0) return { ...walked, malformed };
  const ids = new Set(walked.ids);
  for (const [id, why] of unusable) if (ids.delete(id)) malformed.push(why);
  return { ...walked, ids, malformed };
}
