import type {
  Client,
  Customer,
  KnownPages,
  Licence,
  LicenceFields,
  Look,
  Malformed,
  NewClient,
  Order,
  Site,
  SiteAddress,
  Subscription,
  SubscriptionDetail,
  SubscriptionLine,
  Take,
  Walk,
} from '../domain/index.js';

/** Calls a client has made since it was made, and how many of them were refused by a throttle (429). */
export interface CallCount {
  made: number;
  refused: number;
}

/**
 * What an import needs of the marketplace. Reads only; every method throws an UpstreamError when the marketplace cannot be
 * read, and never turns a broken answer into "no rows".
 */
export interface Marketplace {
  readonly calls: CallCount;
  /** Calls that an hour of the account's budget allows; what it may reach beyond its careful beginning does not count. */
  readonly callsAnHour: number;
  /** Every customer of the account. */
  customers(): Promise<Look<Customer>>;
  /** One customer with address and contact; null when there is none of that id; Malformed when it could not be understood. */
  customer(customerId: string): Promise<Customer | Malformed | null>;
  /** The same, handed on page by page. */
  eachCustomer(take: Take<Customer>, known?: KnownPages): Promise<Walk>;
  /** Every subscription, of all statuses, page by page; with a customer id, that customer's alone (checked again on every row). */
  eachSubscription(filter: { customerId?: string }, take: Take<Subscription>, known?: KnownPages): Promise<Walk>;
  /** One subscription with its lines; null when there is none of that id (404, or 400 "No entity"). */
  subscription(subscriptionId: string): Promise<SubscriptionDetail | Malformed | null>;
  /** Orders, newest first, as long as the caller goes on reading. Rows that cannot be read are left out. */
  orders(): AsyncIterable<Order>;
  /** One order; null when there is none of that id. */
  order(orderId: string): Promise<Order | null>;
}

/**
 * How a write to the PSA ended.
 * - `stored`: a clean 2xx. `shown` is the records the answer showed, which may be fewer than were sent.
 * - `refused`: the PSA answered that it did not do it (or not all of it: arrays are not known to be atomic).
 * - `unclear`: no answer, a cut, empty or HTML one, a gateway's error: it may or may not have been stored.
 *   `late` when it may still be stored after now (we stopped waiting).
 */
export type WriteOutcome<T> =
  | { kind: 'stored'; shown: T[] }
  | { kind: 'refused'; status: number; message: string }
  | { kind: 'unclear'; message: string; late: boolean };

/** How one update ended; `shown` is the record as the answer showed it, if it did. */
export type UpdateOutcome<T> = { kind: 'stored'; shown?: T } | { kind: 'failed'; message: string };

/** What a site is to show: its delivery address, whole, and its country. */
export interface SiteWrite {
  siteId: string;
  address: SiteAddress;
  countryCode?: string;
}

/** What an import needs of the PSA. Looks throw an UpstreamError when the PSA cannot be read. */
export interface Psa {
  readonly calls: CallCount;
  /** Whether the application's agent may use all clients; undefined when no call shows it. With false, looks lack clients without saying so. */
  seesAllClients?(): Promise<boolean | undefined>;
  /** Every client, inactive ones too. */
  clients(): Promise<Look<Client>>;
  /** The same, handed on page by page. */
  eachClient(take: Take<Client>, known?: KnownPages): Promise<Walk>;
  /** One client with its main site; null when there is none of that id. */
  client(clientId: string): Promise<Client | null>;
  /** Every site, inactive ones too, with the delivery address where the list carries it. */
  sites(): Promise<Look<Site>>;
  /** The same, handed on page by page. */
  eachSite(take: Take<Site>, known?: KnownPages): Promise<Walk>;
  /** One site with its delivery address; null when there is none of that id. */
  site(siteId: string): Promise<Site | null>;
  /** Every licence, inactive ones too; with a client id, that client's alone (checked again on every row). */
  licences(filter?: { clientId?: string }): Promise<Look<Licence>>;
  /** The same, handed on page by page. */
  eachLicence(filter: { clientId?: string }, take: Take<Licence>, known?: KnownPages): Promise<Walk>;
  /** One licence, deleted ones too where the PSA shows them; null when there is none of that id. */
  licence(licenceId: string): Promise<Licence | null>;
  /** One POST, never repeated unless it was certainly not looked at (429, a refused token). */
  createClients(clients: NewClient[]): Promise<WriteOutcome<Client>>;
  /** One POST, never repeated unless it was certainly not looked at (429, a refused token). */
  createLicences(licences: LicenceFields[]): Promise<WriteOutcome<Licence>>;
  /** Updates in arrays; a refused array is halved until the bad record stands alone. An outcome for each id, in any order. */
  updateLicences(updates: { licenceId: string; fields: LicenceFields }[]): Promise<Map<string, UpdateOutcome<Licence>>>;
  /** Sets lines of the delivery address (and the country) of sites, halving as above. */
  updateSites(updates: SiteWrite[]): Promise<Map<string, UpdateOutcome<Site>>>;
}

/**
 * The PSA's own form of values: pure functions, so that the planner compares what would be stored with what is stored.
 * Lengths are cut, texts escaped, prices made doubles, as storing and reading back would.
 */
export interface PsaForm {
  /** A line of a subscription as licence fields, by the table "A subscription line as a licence"; without client, site and key. */
  licence(subscription: SubscriptionDetail, line: SubscriptionLine): LicenceFields;
  /** What a reader should know of how this line is written: a price left out for its currency, say. A sentence. */
  remark?(line: SubscriptionLine): string | undefined;
  /** What makes a licence inactive, with the day it ended (`YYYY-MM-DD`). */
  ending(endDate: string): LicenceFields;
  /** What the PSA would show after storing these fields. */
  stored(fields: LicenceFields): LicenceFields;
  /** A new client as the PSA would store it. */
  client(customer: Customer): Pick<NewClient, 'name' | 'siteName' | 'address' | 'countryCode' | 'contactName' | 'contactEmail' | 'phone'>;
  /** A marketplace address as the lines of a site. */
  address(customer: Customer): { address: SiteAddress; countryCode?: string } | undefined;
}
