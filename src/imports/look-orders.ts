import { isFinal, type Order } from '../domain/index.js';
import type { Marketplace } from './vendors.js';

/** How many orders the first look at a tenant reads, newest first: those still open are remembered from then on. */
const FIRST_LOOK = 500;

export interface OrderNews {
  /** Customers of whom an order was created, or became final, since the list was last read. */
  touched: Set<string>;
  /** Orders that are not final now. */
  open: Pick<Order, 'orderId' | 'customerId'>[];
  /** The newest order there is. */
  readUntil?: string;
}

/**
 * The second sign that a subscription may have changed: list rows are not known to move when seats do. Orders name their customer
 * only, so all of that customer's details are worth reading again.
 */
export async function lookAtOrders(marketplace: Marketplace, readUntil: string | undefined, wasOpen: ReadonlyMap<string, string>, check: () => Promise<void>): Promise<OrderNews> {
  const news: OrderNews = { touched: new Set(), open: [] };
  const seen = new Set<string>();
  let count = 0;
  for await (const order of marketplace.orders()) {
    if (readUntil === undefined ? count >= FIRST_LOOK : order.createdAt !== undefined && order.createdAt <= readUntil) break;
    count += 1;
    seen.add(order.orderId);
    if (order.createdAt !== undefined && (news.readUntil === undefined || order.createdAt > news.readUntil)) news.readUntil = order.createdAt;
    news.touched.add(order.customerId);
    if (!isFinal(order)) news.open.push(order);
  }
  for (const [orderId, customerId] of wasOpen) {
    if (seen.has(orderId)) continue;
    await check();
    const order = await marketplace.order(orderId);
    if (order && !isFinal(order)) news.open.push({ orderId, customerId });
    else news.touched.add(customerId);
  }
  return news;
}
