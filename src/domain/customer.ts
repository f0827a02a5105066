/** States of a marketplace account. `unknown` stands for any value this version does not know; `rawStatus` keeps it. */
export type CustomerStatus = 'pending' | 'active' | 'creditHold' | 'adminHold' | 'cancelled' | 'error' | 'unknown';

/** A postal address in the marketplace's words. Absent parts are undefined, never empty strings. */
export interface Address {
  street?: string;
  streetExtension?: string;
  postalCode?: string;
  city?: string;
  state?: string;
  /** ISO 3166-1 alpha-2, upper case. */
  countryCode?: string;
}

export interface Contact {
  firstName?: string;
  lastName?: string;
  email?: string;
  phone?: string;
}

/** An account in the marketplace that buys subscriptions. */
export interface Customer {
  customerId: string;
  name: string;
  status: CustomerStatus;
  rawStatus?: string;
  /** The reseller the account belongs to, when the row says so. */
  resellerId?: string;
  /** Undefined when the row did not carry it: list rows often do not. */
  address?: Address;
  contact?: Contact;
}
