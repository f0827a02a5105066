import { addSubscription, licenceOf, product } from './people.js';
import { TODAY, type Ran, type Stage } from './stage.js';

const MONTH = { type: 'month', duration: 1 };

/** Month-to-month: a record ends and another one begins for the same thing. */
export const THIS_MONTH = {
  subscriptionPeriod: MONTH,
  billingPeriod: MONTH,
  creationDate: TODAY,
  expirationDate: '2026-12-20',
  renewalDate: '2026-12-20',
};
export const LAST_MONTH = { ...THIS_MONTH, creationDate: '2026-10-20', expirationDate: TODAY, renewalDate: TODAY };

/** Ends a subscription. */
export function ends(on: Stage, subscriptionId: string): void {
  on.sandbox.marketplace.world.changeSubscription(subscriptionId, { status: 'removed' });
}

/** Imports last month's subscription, with its licence; answers both ids. */
export async function lastMonth(
  on: Stage,
  customerId: string,
  products: object[] = [product('A')],
): Promise<{ old: string; licenceId: number }> {
  const old = addSubscription(on, customerId, products, LAST_MONTH);
  await on.run();
  return { old, licenceId: Number(licenceOf(on, old).id) };
}

/** Last month's ends, and this month's begins for the same customer; then an import. */
export async function thisMonth(
  on: Stage,
  old: string,
  products: object[] = [product('A')],
  more: object = {},
): Promise<{ fresh: string; run: Ran }> {
  const { customerId } = on.sandbox.marketplace.world.subscriptions.get(old)!;
  ends(on, old);
  const fresh = addSubscription(on, customerId, products, { ...THIS_MONTH, ...more });
  return { fresh, run: await on.run() };
}

/** Why an import left a subscription alone. */
export function skipOf({ skips }: Ran, subscriptionId: string): unknown {
  const { reason, psaId, detail } = skips.find((skip) => skip.marketplaceId === subscriptionId)!;
  return { reason, psaId, detail };
}
