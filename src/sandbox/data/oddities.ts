import type { SubscriptionRow } from '../marketplace/rows.js';
import { amount } from './amounts.js';
import { addDays, addPeriods } from './days.js';
import { choose, lineOf } from './offers.js';
import type { Random } from './random.js';

/** What an oddity may look at. */
export interface Surroundings {
  random: Random;
  today: string;
}

interface Oddity {
  /** Every so manieth live subscription has it, beginning with the one of index `from`. */
  every: number;
  from: number;
  apply(row: SubscriptionRow, around: Surroundings): void;
}

/** Subscriptions that are not like most, each as was seen live or is allowed by the vendor's document. Where two fall together, the first counts. */
export const ODDITIES = {
  sameMpnTwice: { every: 300, from: 151, apply: (row) => void row.products?.push(structuredClone(row.products[0] ?? {})) },
  fractionalQuantity: { every: 275, from: 61, apply: (row) => setQuantity(row, 2.5) },
  unknownTerm: { every: 200, from: 101, apply: (row) => void (row.subscriptionPeriod = { type: 'unknown', duration: 0 }) },
  tenDays: { every: 180, from: 71, apply: (row, { today }) => setTerm(row, { type: 'day', duration: 10 }, addDays(today, -4)) },
  sixMonths: { every: 140, from: 83, apply: (row, { today }) => setTerm(row, { type: 'month', duration: 6 }, addDays(today, -75)) },
  statementDay: { every: 130, from: 97, apply: (row) => void (row.billingPeriod = { type: 'statement_day', duration: 1 }) },
  foreignCurrency: { every: 140, from: 29, apply: (row) => setCurrency(row, 'EUR') },
  emptyProducts: { every: 120, from: 31, apply: (row) => withoutProducts(row, []) },
  zeroQuantity: { every: 110, from: 43, apply: (row) => setQuantity(row, 0) },
  noProducts: { every: 90, from: 17, apply: (row) => withoutProducts(row, undefined) },
  twoProducts: { every: 60, from: 7, apply: addSecondProduct },
  trial: { every: 50, from: 37, apply: makeTrial },
  pendingWithoutDate: { every: 50, from: 11, apply: makePending },
  hold: { every: 45, from: 23, apply: (row) => void (row.status = 'hold') },
  longPrice: { every: 30, from: 13, apply: setLongPrice },
  notRenewing: { every: 9, from: 4, apply: (row) => void (row.renewalStatus = false) },
} satisfies Record<string, Oddity>;

/** The oddity of the live subscription of this index, if any. */
export function oddityAt(index: number): Oddity | undefined {
  return Object.values(ODDITIES).find(({ every, from }) => index % every === from % every && index >= from);
}

function setQuantity(row: SubscriptionRow, quantity: number): void {
  const [line] = row.products ?? [];
  if (line) line.quantity = quantity;
}

function setTerm(row: SubscriptionRow, term: { type: string; duration: number }, start: string): void {
  const end = addPeriods(start, term, 1);
  Object.assign(row, { subscriptionPeriod: term, creationDate: start, lastModifiedDate: start, renewalDate: end, expirationDate: end });
}

function setCurrency(row: SubscriptionRow, currency: string): void {
  for (const line of row.products ?? []) {
    for (const money of [line.unitPrice, line.unitCost, line.extendedPrice]) if (money) money.currency = currency;
  }
}

/** As Azure reserved instances, savings plans and the distributor's internal plans are. */
function withoutProducts(row: SubscriptionRow, products: [] | undefined): void {
  row.name = products ? 'Azure savings plan' : 'Azure Reserved VM Instance, Standard_D2s_v3';
  delete row.totalPrice;
  delete row.totalSubscriptionCost;
  if (products) row.products = products;
  else delete row.products;
}

function addSecondProduct(row: SubscriptionRow, { random }: Surroundings): void {
  const [first] = row.products ?? [];
  if (!first) return;
  const second = choose(random, ({ product, offer }) => product.mpn !== first.mpn && offer.billingPeriod.type === row.billingPeriod?.type);
  row.products?.push(lineOf(second, random.int(1, 10), first.unitPrice?.currency ?? 'USD'));
}

/** Nothing in the API says that a subscription is a trial; its name and price do. */
function makeTrial(row: SubscriptionRow, { random, today }: Surroundings): void {
  setTerm(row, { type: 'month', duration: 1 }, addDays(today, -random.int(2, 20)));
  row.name = `${row.name} Trial`;
  row.renewalStatus = false;
  for (const line of row.products ?? []) {
    line.name = row.name;
    for (const money of [line.unitPrice, line.unitCost, line.extendedPrice]) if (money) money.amount = '0';
  }
}

function makePending(row: SubscriptionRow, { today }: Surroundings): void {
  row.status = 'pending';
  row.creationDate = addDays(today, -1);
  row.lastModifiedDate = row.creationDate;
  delete row.renewalDate;
  delete row.expirationDate;
}

function setLongPrice(row: SubscriptionRow): void {
  const [line] = row.products ?? [];
  if (line?.unitPrice) line.unitPrice.amount = '11.3333';
  if (line?.unitCost) line.unitCost.amount = amount(11.3333 * 0.85);
}
