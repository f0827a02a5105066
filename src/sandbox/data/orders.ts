import type { OrderLineRow, OrderRow, ProductLineRow, SubscriptionRow } from '../marketplace/rows.js';
import { orderNumber } from '../marketplace/world.js';
import { addDays } from './days.js';
import type { Random } from './random.js';

const FIRST_ID = 2_100_000;

type Draft = Omit<OrderRow, 'id' | 'creationDate'> & { creationDate: string };

/** The orders that made and changed the subscriptions, oldest first. None is younger than yesterday. */
export function generateOrders(subscriptions: readonly SubscriptionRow[], today: string, random: Random): OrderRow[] {
  const drafts = subscriptions.flatMap((row) => ordersOf(row, today, random));
  drafts.sort((a, b) => (a.creationDate < b.creationDate ? -1 : Number(a.creationDate > b.creationDate)));
  return drafts.map((draft, index) => {
    const id = String(FIRST_ID + index);
    return { id, orderNumber: orderNumber(draft.type, id), ...draft };
  });
}

function ordersOf(row: SubscriptionRow, today: string, random: Random): Draft[] {
  const yesterday = addDays(today, -1);
  const begun = row.creationDate ?? yesterday;
  const [line] = row.products ?? [];
  const common = { customerId: row.customerId, subscriptionId: row.id };
  const sale = {
    ...common,
    ...(line ? { products: [orderLine(line, line.quantity ?? 1)] } : {}),
    ...(row.totalPrice ? { total: row.totalPrice } : {}),
  };
  if (row.status === 'pending')
    return [{ type: 'sales', ...sale, status: 'processing', statusCode: 'LO', creationDate: timeOn(begun, random) }];
  const orders: Draft[] = [completed({ type: 'sales', ...sale }, timeOn(begun, random))];
  if (row.status === 'removed' || row.status === 'terminated') {
    const ended = row.lastModifiedDate ?? begun;
    // Ended by the distributor, a subscription leaves no order.
    if (random.chance(0.15) && ended <= yesterday) orders.push(completed({ type: 'cancellation', ...common }, timeOn(ended, random)));
    return orders;
  }
  if (line && random.chance(0.4)) {
    const changed = { type: 'change', ...common, products: [orderLine(line, random.pick([1, 1, 2, 3, -1]))] };
    const on = addDays(begun, random.int(0, daysBetween(begun, yesterday)));
    orders.push(random.chance(0.06) ? failed(changed, timeOn(on, random)) : completed(changed, timeOn(on, random)));
  }
  if (line && random.chance(0.02)) {
    const target = {
      type: 'change',
      ...common,
      scheduledOn: 'renewal',
      products: [orderLine(line, Math.max(1, (line.quantity ?? 2) - 1))],
    };
    orders.push({ ...target, status: 'processing', statusCode: 'AS', creationDate: timeOn(yesterday, random) });
  }
  return orders;
}

function completed(draft: Omit<Draft, 'status' | 'creationDate'>, at: string): Draft {
  return { ...draft, status: 'completed', statusCode: 'CP', creationDate: at, provisioningDate: at };
}

function failed(draft: Omit<Draft, 'status' | 'creationDate'>, at: string): Draft {
  return { ...draft, status: 'error', statusCode: 'PF', creationDate: at };
}

function orderLine(line: ProductLineRow, quantity: number): OrderLineRow {
  const { mpn, vendor, id, name } = line;
  return { mpn, vendor, id, name, quantity };
}

function timeOn(day: string, random: Random): string {
  return `${day}T${two(random.int(0, 23))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}.${String(random.int(0, 999)).padStart(3, '0')}Z`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000));
}
