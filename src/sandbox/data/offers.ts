import type { ProductLineRow, ProductRow, SubscriptionRow } from '../marketplace/rows.js';
import { amount, times } from './amounts.js';
import { CATALOGUE } from './catalogue.js';
import type { CatalogueProduct, Offer } from './catalogue.js';
import type { Random } from './random.js';

/** A product in one of the ways it is sold. */
export interface Choice {
  product: CatalogueProduct;
  offer: Offer;
}

const CHOICES: readonly Choice[] = CATALOGUE.flatMap((product) => product.offers.map((offer) => ({ product, offer })));

/** A product sold in a way that fits, the best sellers more often than the others. */
export function choose(random: Random, fits: (choice: Choice) => boolean): Choice {
  const fitting = CHOICES.filter(fits);
  const choice = fitting[Math.floor(random.next() ** 1.6 * fitting.length)];
  if (!choice) throw new Error('nothing in the catalogue fits');
  return choice;
}

/** A line of a subscription, priced per unit and billing period. */
export function lineOf({ product, offer }: Choice, quantity: number, currency: string): ProductLineRow {
  const price = amount(offer.price);
  return {
    mpn: product.mpn,
    vendor: product.vendor,
    id: product.id,
    quantity,
    name: product.name,
    unitPrice: { currency, amount: price },
    unitCost: { currency, amount: amount(offer.cost) },
    extendedPrice: { currency, amount: times(price, quantity) },
  };
}

/** What a subscription says of how it is sold. */
export function termsOf({
  product,
  offer,
}: Choice): Pick<SubscriptionRow, 'billingModel' | 'billingPeriod' | 'subscriptionPeriod' | 'planId'> {
  return {
    billingModel: offer.billingModel,
    billingPeriod: { ...offer.billingPeriod },
    subscriptionPeriod: { ...offer.subscriptionPeriod },
    planId: 10_000 + CATALOGUE.indexOf(product) * 10 + product.offers.indexOf(offer),
  };
}

/** The catalogue as the marketplace lists it: a row for each way a product is sold. */
export function productRows(currency: string): ProductRow[] {
  return CHOICES.map(({ product, offer }) => ({
    mpn: product.mpn,
    vendor: product.vendor,
    id: product.id,
    serviceName: product.serviceName,
    name: product.name,
    minimumQuantity: '1',
    maximumQuantity: '5000.0',
    prices: [
      ...(product.vendor === 'Acronis' ? [{ currency, amount: '25', type: 'setup', model: 'FLAT' }] : []),
      { currency, amount: amount(offer.price), type: 'recurring', model: 'FLAT' },
    ],
    costs: [{ currency, amount: amount(offer.cost), type: 'recurring', model: 'FLAT' }],
    billingPeriod: { ...offer.billingPeriod },
    subscriptionPeriod: { ...offer.subscriptionPeriod },
    billingModel: offer.billingModel,
  }));
}
