import type { CalendarDate } from './calendar.js';
import type { Money } from './money.js';
import type { Period } from './period.js';

/** States of a subscription. `unknown` stands for any value this version does not know; `rawStatus` keeps it. */
export type SubscriptionStatus = 'pending' | 'active' | 'hold' | 'terminated' | 'removed' | 'unknown';

/** A subscription as a list row shows it: no product, quantity or price. */
export interface Subscription {
  subscriptionId: string;
  customerId: string;
  name?: string;
  status: SubscriptionStatus;
  rawStatus?: string;
  /** Whether it renews by itself (`renewalStatus`); undefined when the marketplace does not say. */
  autoRenew?: boolean;
  creationDate?: CalendarDate;
  renewalDate?: CalendarDate;
  lastModifiedDate?: CalendarDate;
  expirationDate?: CalendarDate;
  /** The rhythm of the invoices. */
  billingPeriod?: Period;
  /** The commitment. */
  subscriptionPeriod?: Period;
}

/** One product of a subscription. Every field but `line` may be missing: the API guarantees none. */
export interface SubscriptionLine {
  /** What names the line within its subscription: the MPN (else the product id), with `#2`, `#3`… for repeats. */
  line: string;
  mpn?: string;
  productId?: string;
  /** The API's `vendor`: who makes the product. */
  manufacturer?: string;
  name?: string;
  quantity?: number;
  /** What the reseller's customer pays, per unit and billing period, net. */
  unitPrice?: Money;
  /** What the reseller pays, per unit and billing period, net. */
  unitCost?: Money;
  vendorSubscriptionId?: string;
}

/** A subscription with its product lines, as only a call of its own shows it. */
export interface SubscriptionDetail extends Subscription {
  lines: SubscriptionLine[];
  microsoftTenantId?: string;
  microsoftDomain?: string;
}

/** Whether a subscription is over: it will not come alive again by itself. */
export function hasEnded(status: SubscriptionStatus): boolean {
  return status === 'terminated' || status === 'removed';
}

/** Whether a subscription is in force: what is billed. `pending` is not yet, an unknown status says nothing. */
export function isLive(status: SubscriptionStatus): boolean {
  return status === 'active' || status === 'hold';
}
