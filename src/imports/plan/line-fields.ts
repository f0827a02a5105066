import { licenceKey, type LicenceField, type LicenceFields, type SubscriptionDetail, type SubscriptionLine } from '../../domain/index.js';
import type { PlanInput } from './input.js';

/** Isthmus's own fields of the licences it is linked to: brought into line at every import. The rest belongs to the people in the PSA. */
const OWNED: readonly LicenceField[] = [
  'count',
  'purchase_price',
  'start_date',
  'end_date',
  'term_duration',
  'billing_cycle',
  'status',
  'is_active',
  'autorenew',
  'vendor_product_sku',
  'product_sku',
  'tenant_id',
  'tenant_name',
];

function pick(fields: LicenceFields, names: readonly LicenceField[]): LicenceFields {
  return Object.fromEntries(names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]));
}

/** What an existing licence of this line should show, in the PSA's own form. */
export function ownedFields(input: PlanInput, subscription: SubscriptionDetail, line: SubscriptionLine): LicenceFields {
  const { names, prices } = input.subscriptionImport;
  const also: LicenceField[] = [...(names === 'always' ? (['name'] as const) : []), ...(prices === 'always' ? (['price'] as const) : [])];
  return input.form.stored(pick(input.form.licence(subscription, line), [...OWNED, ...also]));
}

/** What a new licence of this line is created with, in the PSA's own form. */
export function newFields(input: PlanInput, subscription: SubscriptionDetail, line: SubscriptionLine, place: LicenceFields): LicenceFields {
  const fields = { ...input.form.licence(subscription, line), ...place };
  if (input.subscriptionImport.prices === 'never') delete fields.price;
  return input.form.stored(fields);
}

/** The key of a line's licence as the PSA keeps it: a very long MPN is cut. */
export function keptKey(input: Pick<PlanInput, 'marketplace' | 'form'>, subscriptionId: string, furtherLine?: string): string {
  const key = licenceKey(input.marketplace, subscriptionId, furtherLine);
  return input.form.stored({ snowid: key }).snowid ?? key;
}

const isNothing = (amount: string | undefined): boolean => amount === undefined || Number(amount) === 0;

/**
 * Whether a line looks like a trial: the marketplace has no flag for it, so the word in its name or MPN and no price decide.
 * Source: names seen in live catalogues.
 */
export function isTrial(subscription: SubscriptionDetail, line: SubscriptionLine): boolean {
  const words = [subscription.name, line.name, line.mpn].join(' ');
  return /\btrial\b/i.test(words.replaceAll('_', ' ')) && isNothing(line.unitPrice?.amount) && isNothing(line.unitCost?.amount);
}
