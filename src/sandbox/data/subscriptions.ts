import type { CustomerRow, SubscriptionRow } from '../marketplace/rows.js';
import { retotal } from '../marketplace/totals.js';
import { isMonthly, nextEnd } from './catalogue.js';
import { slug } from './customers.js';
import { addDays, addMonths, addPeriods } from './days.js';
import { oddityAt } from './oddities.js';
import { choose, lineOf, termsOf } from './offers.js';
import type { Choice } from './offers.js';
import type { Random } from './random.js';

/** Ended records for each live one, as counted in a real account. */
const REMOVED_PER_LIVE = 1056 / 550;

/** The part of the removed ones that are earlier months of a subscription that still goes on, at most. */
const CHAINED = 0.7;

const FIRST_ID = 1_300_000;

interface Ground {
  random: Random;
  today: string;
  currency: string;
  customers: readonly CustomerRow[];
  /** The Microsoft tenant of each customer, by customer id. */
  microsoftTenants: Map<string, string>;
}

/** Subscriptions, oldest first: `live` ones in force or pending, about twice as many removed, a few terminated. */
export function generateSubscriptions(live: number, ground: Omit<Ground, 'microsoftTenants'>): SubscriptionRow[] {
  const whole: Ground = { ...ground, microsoftTenants: new Map() };
  if (ground.customers.length === 0) return [];
  const current = Array.from({ length: live }, (_, index) => liveSubscription(index, whole));
  const removed = Math.round(live * REMOVED_PER_LIVE);
  const chained = current.flatMap((row) => earlierMonths(row, whole)).slice(0, Math.floor(removed * CHAINED));
  const others = Array.from({ length: removed - chained.length }, () => endedSubscription('removed', whole));
  const terminated = Array.from({ length: live >= 50 ? 3 : 0 }, () => endedSubscription('terminated', whole));
  return numbered([...current, ...chained, ...others, ...terminated], ground.random);
}

/** Gives ids that grow with the day of creation, as the marketplace's do. */
function numbered(rows: SubscriptionRow[], random: Random): SubscriptionRow[] {
  let id = FIRST_ID;
  const sorted = rows.sort((a, b) => ((a.creationDate ?? '') < (b.creationDate ?? '') ? -1 : Number(a.creationDate !== b.creationDate)));
  for (const row of sorted) {
    id += random.int(3, 40);
    row.id = String(id);
  }
  return sorted;
}

function liveSubscription(index: number, ground: Ground): SubscriptionRow {
  const { random, today } = ground;
  const choice = ordinaryChoice(random);
  const term = choice.offer.subscriptionPeriod;
  const start = isMonthly(choice.offer) ? addDays(today, -random.int(1, 26)) : addDays(today, -random.int(1, 360));
  // An annual subscription that was renewed keeps its id, so its first day may lie years back.
  const began = isMonthly(choice.offer) ? start : addPeriods(start, { type: 'year', duration: 1 }, -random.pick([0, 0, 0, 1, 2]));
  const row = subscription(choice, liveOwner(ground), began, ground);
  const end = nextEnd(began, term, today);
  row.expirationDate = end;
  row.renewalDate = random.chance(0.2) ? addDays(end, -1) : end;
  row.lastModifiedDate = random.chance(0.5) ? began : addDays(today, -random.int(1, Math.max(1, daysSince(began, today))));
  oddityAt(index)?.apply(row, { random, today });
  retotal(row);
  return row;
}

/** Most are of a year and billed by the month; then monthly ones, ones paid by the year, and a few of three years. */
function ordinaryChoice(random: Random): Choice {
  const kind = random.next();
  return choose(random, ({ offer }) => {
    const { subscriptionPeriod: term, billingPeriod: billing } = offer;
    if (kind < 0.6) return term.type === 'year' && term.duration === 1 && billing.type === 'month';
    if (kind < 0.72) return term.type === 'year' && term.duration === 1 && billing.type === 'year';
    if (kind < 0.97) return isMonthly(offer);
    return term.duration === 3;
  });
}

/** The longer someone has been a customer the more they have bought; about a third have nothing in force. */
function liveOwner({ random, customers }: Ground): CustomerRow {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const owner = customers[Math.floor(random.next() ** 1.3 * customers.length * 0.75)];
    if (owner && owner.status !== 'cancelled' && owner.status !== 'error') return owner;
  }
  return random.pick(customers);
}

function subscription(choice: Choice, owner: CustomerRow, start: string, ground: Ground): SubscriptionRow {
  const { random, currency } = ground;
  const { product } = choice;
  const line = lineOf(choice, random.chance(0.15) ? random.int(25, 180) : random.int(1, 24), currency);
  if (product.microsoft) line.vendorSubscriptionId = random.uuid();
  return {
    id: '',
    name: product.name,
    customerId: owner.id,
    status: 'active',
    ...(random.chance(0.3) ? { attributes: { PONumber: `PO-${random.int(1000, 9999)}` } } : {}),
    renewalStatus: true,
    creationDate: start,
    ...termsOf(choice),
    products: [line],
    orderParameters: product.microsoft
      ? [{ name: 'microsoft_domain', value: `${slug(owner.name).replaceAll('-', '')}.onmicrosoft.com` }]
      : [],
    fulfillmentParameters: product.microsoft ? [{ name: 'ms_customer_id', value: microsoftTenant(owner, ground) }] : [],
  };
}

function microsoftTenant(owner: CustomerRow, { microsoftTenants, random }: Ground): string {
  const known = microsoftTenants.get(owner.id) ?? random.uuid();
  microsoftTenants.set(owner.id, known);
  return known;
}

/** The records that a month-to-month subscription left behind: each ends on the day the next begins. */
function earlierMonths(row: SubscriptionRow, { random }: Ground): SubscriptionRow[] {
  const monthly = row.subscriptionPeriod?.type === 'month' && row.subscriptionPeriod.duration === 1;
  if (!monthly || row.status !== 'active' || !row.creationDate || row.name?.endsWith('Trial')) return [];
  const sameVendorId = random.chance(0.5);
  const start = row.creationDate;
  return Array.from({ length: random.int(3, 11) }, (_, back) => {
    const earlier = structuredClone(row);
    const end = addMonths(start, -back);
    const [line] = earlier.products ?? [];
    if (line) line.quantity = Math.max(1, Math.round((line.quantity ?? 1) - back * random.next()));
    if (line?.vendorSubscriptionId && !sameVendorId) line.vendorSubscriptionId = random.uuid();
    Object.assign(earlier, {
      status: 'removed',
      creationDate: addMonths(start, -back - 1),
      renewalDate: end,
      expirationDate: end,
      lastModifiedDate: end,
    });
    retotal(earlier);
    return earlier;
  });
}

/** Something that ended for good, up to three years ago; a few have an expiration date that is still years ahead. */
function endedSubscription(status: 'removed' | 'terminated', ground: Ground): SubscriptionRow {
  const { random, today } = ground;
  const choice = ordinaryChoice(random);
  const ended = addDays(today, -random.int(5, 1000));
  const start = addPeriods(ended, choice.offer.subscriptionPeriod, -1);
  const row = subscription(choice, random.pick(ground.customers), start, ground);
  const expirationDate = random.chance(0.05) ? addMonths(today, 12 * random.int(2, 8)) : ended;
  Object.assign(row, {
    status,
    renewalStatus: random.chance(0.4),
    renewalDate: ended,
    expirationDate,
    lastModifiedDate: addDays(ended, -random.int(0, 4)),
  });
  retotal(row);
  return row;
}

function daysSince(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
