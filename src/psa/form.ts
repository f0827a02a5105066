import {
  decimal,
  hasEnded,
  isLive,
  isoDuration,
  type Customer,
  type LicenceFields,
  type Money,
  type NewClient,
  type SiteAddress,
  type SubscriptionDetail,
  type SubscriptionLine,
} from '../domain/index.js';
import { NAME_LENGTH } from './client-record.js';
import { licenceFields, licenceToWire, withoutUndefined } from './licence.js';
import { readablePhone } from './phone.js';
import { id } from './read.js';
import { lineForm } from './site-record.js';
import { nameForm } from './text.js';

/** Halo's licence type "subscription" (0 is a licence). Source: scripts in production; the OpenAPI document does not explain it. */
export const SUBSCRIPTION_TYPE = 1;
/** The name Halo itself gives a client's first site. */
export const MAIN_SITE = 'Main';
const DISTRIBUTOR = 'Ingram Micro';
const INT32_MAX = 2_147_483_647;

/** What of a tenant's settings decides how its records look in Halo. */
export interface PsaFormSettings {
  /** The only currency whose amounts are written; any when it is not set. Halo's licences have no currency of their own. */
  currency?: string;
  /** Halo's id of the supplier to put on new licences. */
  supplierId?: string;
}

/** Halo's own form of values, for comparing what would be stored with what is stored. All functions are pure. */
export function psaForm(settings: PsaFormSettings = {}) {
  return {
    licence: (subscription: SubscriptionDetail, line: SubscriptionLine): LicenceFields => lineAsLicence(subscription, line, settings),
    ending: (endDate: string): LicenceFields => ({ status: 'Cancelled', is_active: false, end_date: endDate }),
    stored,
    client: newClientOf,
    address: addressOf,
  };
}

/** What Halo shows after storing these fields: written, and read back. Throws a RangeError for an id that is not Halo's. */
export function stored(fields: LicenceFields): LicenceFields {
  return licenceFields({ ...licenceToWire(fields) });
}

/** Why amounts of a line are left out, as a sentence; undefined when none is. */
export function currencyMismatch(line: SubscriptionLine, currency: string | undefined): string | undefined {
  const found = new Set(
    [line.unitCost, line.unitPrice]
      .filter((money) => money !== undefined && !sameCurrency(money, currency))
      .map((money) => money?.currency),
  );
  if (found.size === 0) return undefined;
  return `Amounts in ${[...found].join(' and ')} are left out: this tenant's currency is ${currency}.`;
}

function sameCurrency(money: Money, currency: string | undefined): boolean {
  return currency === undefined || currency.trim() === '' || money.currency.toUpperCase() === currency.trim().toUpperCase();
}

/**
 * A product line as licence fields, without client, site and key. What the marketplace does not say, or says in a way that Halo has no
 * form for, is left out: a `count` that is no whole number, an unknown term or period, an amount in another currency, and
 * status and activity unless the subscription is known to be in force or over.
 */
function lineAsLicence(subscription: SubscriptionDetail, line: SubscriptionLine, settings: PsaFormSettings): LicenceFields {
  const mpn = said(line.mpn);
  const manufacturer = said(line.manufacturer);
  const supplierId = id(settings.supplierId);
  const fields: LicenceFields = {
    type: SUBSCRIPTION_TYPE,
    name: said(line.name) ?? said(subscription.name),
    count: wholeNumber(line.quantity),
    purchase_price: asDouble(line.unitCost, settings.currency),
    price: asDouble(line.unitPrice, settings.currency),
    start_date: subscription.creationDate,
    end_date: subscription.expirationDate ?? subscription.renewalDate ?? null,
    term_duration: isoDuration(subscription.subscriptionPeriod),
    billing_cycle: billingCycle(isoDuration(subscription.billingPeriod)),
    ...activity(subscription),
    autorenew: subscription.autoRenew,
    vendor_product_sku: mpn,
    product_sku: mpn === undefined || manufacturer === undefined ? undefined : `INGRAM:${manufacturer}:${mpn}`,
    manufacturer,
    distributor: DISTRIBUTOR,
    supplier_id: supplierId,
    tenant_id: said(subscription.microsoftTenantId),
    tenant_name: said(subscription.microsoftDomain),
  };
  return withoutUndefined(fields);
}

function activity({ status }: SubscriptionDetail): Pick<LicenceFields, 'status' | 'is_active'> {
  if (isLive(status)) return { status: 'Active', is_active: true };
  return hasEnded(status) ? { status: 'Cancelled', is_active: false } : {};
}

function billingCycle(iso: string | undefined): string | undefined {
  if (iso === 'P1M') return 'Monthly';
  return iso === 'P1Y' ? 'Annual' : iso;
}

function wholeNumber(quantity: number | undefined): number | undefined {
  return quantity !== undefined && Number.isInteger(quantity) && Math.abs(quantity) <= INT32_MAX ? quantity : undefined;
}

function asDouble(money: Money | undefined, currency: string | undefined): string | undefined {
  return money === undefined || !sameCurrency(money, currency) ? undefined : decimal(Number(money.amount));
}

function said(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}

/** A customer as a new client: plain texts, cut as Halo would cut them. */
function newClientOf(
  customer: Customer,
): Pick<NewClient, 'name' | 'siteName' | 'address' | 'countryCode' | 'contactName' | 'contactEmail' | 'phone'> {
  const { contact } = customer;
  const contactName = nameForm([contact?.firstName, contact?.lastName].filter((part) => said(part) !== undefined).join(' '), NAME_LENGTH);
  const contactEmail = said(contact?.email)?.trim();
  const phone = readablePhone(contact?.phone);
  return {
    name: nameForm(customer.name, NAME_LENGTH),
    siteName: MAIN_SITE,
    ...addressOf(customer),
    ...(contactName !== '' && { contactName }),
    ...(contactEmail !== undefined && { contactEmail }),
    ...(phone !== undefined && { phone }),
  };
}

/** The customer's address as the lines of a site; undefined when the customer carries none. */
function addressOf(customer: Customer): { address: SiteAddress; countryCode?: string } | undefined {
  const from = customer.address;
  if (from === undefined) return undefined;
  const address: SiteAddress = withoutUndefined({
    line1: lineForm(from.street),
    line2: lineForm(from.streetExtension),
    line3: lineForm(from.city),
    line4: lineForm(from.state),
    postcode: lineForm(from.postalCode),
  });
  const countryCode = said(from.countryCode)?.trim().toUpperCase();
  return countryCode === undefined ? { address } : { address, countryCode };
}
