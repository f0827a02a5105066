import { sum, times } from '../data/amounts.js';
import type { SubscriptionRow } from './rows.js';

/** Works out the amounts that depend on quantities. Lines without a readable price or quantity are left as they are. */
export function retotal(subscription: SubscriptionRow): void {
  const lines = Array.isArray(subscription.products) ? subscription.products : [];
  const prices: string[] = [];
  const costs: string[] = [];
  let currency: string | undefined;
  for (const line of lines) {
    const { unitPrice, unitCost, quantity } = line ?? {};
    if (typeof unitPrice?.amount !== 'string' || typeof quantity !== 'number') continue;
    currency ??= unitPrice.currency;
    line.extendedPrice = { currency: unitPrice.currency, amount: times(unitPrice.amount, quantity) };
    prices.push(line.extendedPrice.amount);
    if (typeof unitCost?.amount === 'string') costs.push(times(unitCost.amount, quantity));
  }
  if (currency === undefined) return;
  subscription.totalPrice = { currency, amount: sum(prices) };
  if (costs.length > 0) subscription.totalSubscriptionCost = { currency, amount: sum(costs) };
}
