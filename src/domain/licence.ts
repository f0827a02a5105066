import type { CalendarDate } from './calendar.js';

/**
 * The fields of a licence that Isthmus reads or writes, under Halo's own names so that a change reads like the record it changes.
 *
 * Ids are strings, money is a canonical decimal string per unit, dates are `YYYY-MM-DD`, and `null` is Halo's "none"
 * (its 1900, 1901 and 0001 dates, its empty text, its -1 or 0 ids). Undefined means "not said": left out of a write.
 */
export interface LicenceFields {
  type?: number;
  name?: string | null;
  count?: number;
  client_id?: string | null;
  site_id?: string | null;
  purchase_price?: string;
  price?: string;
  start_date?: CalendarDate | null;
  end_date?: CalendarDate | null;
  /** ISO duration. */
  term_duration?: string | null;
  /** `Monthly`, `Annual`, else an ISO duration. */
  billing_cycle?: string | null;
  status?: string | null;
  is_active?: boolean;
  autorenew?: boolean;
  vendor_product_sku?: string | null;
  product_sku?: string | null;
  manufacturer?: string | null;
  distributor?: string | null;
  supplier_id?: string | null;
  /** The Microsoft tenant the subscription serves, not an Isthmus tenant. */
  tenant_id?: string | null;
  tenant_name?: string | null;
  /** Our key, `ingram/{marketplace}/{subscriptionId}[/{line}]`, or whatever someone else put there. */
  snowid?: string | null;
}

export type LicenceField = keyof LicenceFields;

/** A licence as the PSA shows it. */
export interface Licence extends LicenceFields {
  licenceId: string;
  clientId: string;
  deleted: boolean;
  /** Fed by one of Halo's own Microsoft connections (`azure_connection_id` above 0). */
  azureConnected: boolean;
}
