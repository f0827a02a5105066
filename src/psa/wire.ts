/**
 * HaloPSA's records under Halo's own names: only the fields that are read or written here. Nothing is guaranteed to be present or to
 * have its declared type, so everything read is `unknown` until a reader in `read.ts` has looked at it.
 *
 * Source: Halo's OpenAPI document (schemas Area, Site, Licence_List, AddressStore) for the fields; it declares no answers, so envelopes
 * and error bodies are as seen in production clients.
 */

/** Any JSON object of an answer. */
export type WireRecord = Record<string, unknown>;

/** An address as it is written. Convention: line1 street, line2 its extension, line3 city, line4 state or county. */
export interface WireAddress {
  id?: number;
  line1?: string;
  line2?: string;
  line3?: string;
  line4?: string;
  postcode?: string;
}

/** A new client as it is written; the `newclient_` fields fill its first site and contact. */
export interface WireNewClient {
  name: string;
  ref: string;
  toplevel_id?: number;
  newclient_sitename: string;
  newclient_delivery_address?: WireAddress;
  newclient_countrycode?: string;
  newclient_contactname?: string;
  newclient_contactemail?: string;
  newclient_phonenumber?: string;
  newclient_sendwelcomeemail: false;
}

/** A change to a site as it is written: what is left out stays as it is. */
export interface WireSiteUpdate {
  id: number;
  delivery_address?: WireAddress;
  country_code?: string;
}

/** A licence as it is written, with `id` to update it and without to create it. What is left out stays as it is. */
export interface WireLicence {
  id?: number;
  type?: number;
  name?: string;
  count?: number;
  client_id?: number;
  site_id?: number;
  purchase_price?: number;
  price?: number;
  start_date?: string;
  end_date?: string;
  term_duration?: string;
  billing_cycle?: string;
  status?: string;
  is_active?: boolean;
  autorenew?: boolean;
  vendor_product_sku?: string;
  product_sku?: string;
  manufacturer?: string;
  distributor?: string;
  supplier_id?: number;
  tenant_id?: string;
  tenant_name?: string;
  snowid?: string;
}

/** A new ticket as it is written. */
export interface WireNewTicket {
  summary: string;
  details_html: string;
  client_id: number;
  tickettype_id: number;
  _novalidate: true;
  donotapplytemplateintheapi: true;
}

/** A note on a ticket as it is written: an action with an outcome. */
export interface WireNote {
  ticket_id: number;
  outcome_id: number;
  note_html: string;
  hiddenfromuser: boolean;
}
