import { isFinal, type Order } from '../domain/index.js';
import type { Marketplace } from './vendors.js';

/**
 * How many orders the first look at a tenant reads, newest first: those still open are remembered from then on. As many as a page
 * holds, so that later looks find most of the open ones on the page that they read anyway.
 */
const FIRST_LOOK = 500;

/**
 * How far back before the newest order of the last look the list is read again, in milliseconds: orders may become visible a
 * little after they were created, and the two clocks differ.
 */
export const OVERLAP_MS = 600_000;

export interface OrderNews {
  /** By customer, when its newest order was created, in milliseconds since 1970; infinity where one became final since the last look, or may have. */
  touched: Map<string, number>;
  /** Orders that are not final now. */
  open: Pick<Order, 'orderId' | 'customerId'>[];
  /** The newest order there is. */
  readUntil?: string;
  /** Whether something of this is to be remembered that was not known before. */
  isNews: boolean;
}

/**
 * The second sign that a subscription may have changed: list rows are not known to move when seats do. Orders name their customer
 * only, so all of that customer's details that were not read since are worth reading again.
 */
export async function lookAtOrders(
  marketplace: Pick<Marketplace, 'orders' | 'order'>,
  readUntil: string | undefined,
  wasOpen: ReadonlyMap<string, string>,
  now: number,
  check: () => Promise<void>,
): Promise<OrderNews> {
  const news: OrderNews = { touched: new Map(), open: [], isNews: false };
  const from = readUntil === undefined ? undefined : new Date(Date.parse(readUntil) - OVERLAP_MS).toISOString();
  const today = new Date(now).toISOString();
  const touch = (customerId: string, at: number): void =>
    void news.touched.set(customerId, Math.max(at, news.touched.get(customerId) ?? 0));
  const seen = new Set<string>();
  const stillToSee = new Set(wasOpen.keys());
  let known = false;
  for await (const order of marketplace.orders()) {
    const { orderId, customerId, createdAt } = order;
    known ||= from !== undefined && createdAt !== undefined && createdAt < from;
    if (seen.size >= FIRST_LOOK && (known || from === undefined)) break;
    if (known && stillToSee.size === 0) break;
    seen.add(orderId);
    // Of what is known already, only what became of the open ones is news.
    if (known && !stillToSee.delete(orderId)) continue;
    stillToSee.delete(orderId);
    if (!known && createdAt !== undefined) {
      // Never beyond now: an order dated into the future would hide all others until then.
      const until = createdAt < today ? createdAt : today;
      if (news.readUntil === undefined || until > news.readUntil) news.readUntil = until;
      // Not there yet at the last look, so it became final at any time since: perhaps after a detail was read.
      const carriedOut = readUntil !== undefined && createdAt > readUntil && isFinal(order);
      touch(customerId, carriedOut ? Infinity : Date.parse(createdAt));
    }
    if (!isFinal(order)) news.open.push({ orderId, customerId });
    else if (wasOpen.has(orderId)) touch(customerId, Infinity);
  }
  for (const [orderId, customerId] of wasOpen) {
    if (seen.has(orderId)) continue;
    await check();
    const order = await marketplace.order(orderId);
    if (order && !isFinal(order)) news.open.push({ orderId, customerId });
    else touch(customerId, Infinity);
  }
  const sameOpen = news.open.length === wasOpen.size && news.open.every(({ orderId }) => wasOpen.has(orderId));
  news.isNews =
    !sameOpen || (news.readUntil !== undefined && (readUntil === undefined || Date.parse(news.readUntil) > Date.parse(readUntil)));
  return news;
}
