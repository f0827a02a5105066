import { calendarDate, type Malformed, type Subscription, type SubscriptionDetail, type SubscriptionStatus } from '../domain/index.js';
import { readLines } from './lines.js';
import { parameterOf, periodOf } from './values.js';
import { booleanOf, isObject, said, statusOf, textOf, type Judged, type WireObject } from './wire.js';

const STATUSES: readonly Exclude<SubscriptionStatus, 'unknown'>[] = ['pending', 'active', 'hold', 'terminated', 'removed'];

/** A row of `GET /subscriptions`. With a customer id, another customer's rows are foreign: unknown filters are ignored silently. */
export function readSubscription(raw: unknown, customerId?: string): Judged<Subscription> {
  if (!isObject(raw)) return { kind: 'malformed', reason: 'The subscription is not an object.' };
  const id = textOf(raw.id);
  if (id === undefined) return { kind: 'malformed', reason: 'The subscription has no id.' };
  const owner = textOf(raw.customerId);
  if (owner === undefined) return { kind: 'malformed', id, reason: 'The subscription has no customer id.' };
  if (customerId !== undefined && owner !== customerId) return { kind: 'foreign', id };
  const row = said<Subscription>({
    subscriptionId: id,
    customerId: owner,
    name: textOf(raw.name),
    ...statusOf(raw.status, STATUSES),
    autoRenew: booleanOf(raw.renewalStatus),
    creationDate: calendarDate(raw.creationDate),
    renewalDate: calendarDate(raw.renewalDate),
    lastModifiedDate: calendarDate(raw.lastModifiedDate),
    expirationDate: calendarDate(raw.expirationDate),
    billingPeriod: periodOf(raw.billingPeriod),
    subscriptionPeriod: periodOf(raw.subscriptionPeriod),
  });
  return { kind: 'row', id, row };
}

/** The answer of `GET /subscriptions/{id}`: the row with its products and parameters. */
export function readSubscriptionDetail(raw: WireObject): SubscriptionDetail | Malformed {
  const judged = readSubscription(raw);
  if (judged.kind !== 'row') return { id: judged.id, reason: judged.kind === 'malformed' ? judged.reason : 'It belongs to another.' };
  const lines = readLines(raw.products);
  if (lines === undefined) return { id: judged.id, reason: 'The products of the subscription are not a list of objects.' };
  return said<SubscriptionDetail>({
    ...judged.row,
    lines,
    // Seen in production clients; the API's document does not name any parameter.
    microsoftTenantId: parameterOf(raw.fulfillmentParameters, 'ms_customer_id') ?? parameterOf(raw.orderParameters, 'microsoft_tenant_id'),
    microsoftDomain: parameterOf(raw.orderParameters, 'microsoft_domain'),
  });
}
