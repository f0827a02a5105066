import type { Client, Customer, Licence, Malformed, Site } from '../domain/index.js';
import { askForAbsent } from './ask-for-absent.js';
import { lookAtCustomerRecords } from './look-customers.js';
import { readInto, type LookContext, type MarketplaceLook } from './look-marketplace.js';
import { lookAtAddresses, lookAtSites, type PsaLookContext } from './look-psa.js';
import type { Needs, Plan, PlanInput, ReadDetail } from './plan/input.js';
import type { Progress } from './report-progress.js';
import type { PartScope } from './store/load-part.js';
import type { Queryable } from './store/query.js';
import { witnessOf } from './store/seen.js';
import type { Marketplace, Psa } from './vendors.js';

/** Up to how many clients are asked for by id before a look at all sites is cheaper. */
const CLIENTS_ASKED_SINGLY = 10;

export interface LookupsContext {
  db: Queryable;
  marketplace: Marketplace;
  psa: Psa;
  look: MarketplaceLook;
  marketplaceContext: LookContext;
  psaContext: PsaLookContext;
  progress: Progress;
  /** Where parts are loaded from. */
  from: Omit<PartScope, 'customerIds' | 'sites' | 'unreadable'>;
  /** The customers that the import is for; null for all. */
  scope: readonly string[] | null;
}

/** What was looked up for one part. */
export interface LookedUp {
  customerDetails: Map<string, Customer | Malformed | null>;
  licenceDetails: Map<string, Licence | null>;
  absent: Map<string, ReadDetail>;
  addresses: Map<string, Site>;
}

export function nothingLookedUp(): LookedUp {
  return { customerDetails: new Map(), licenceDetails: new Map(), absent: new Map(), addresses: new Map() };
}

/** Asks both vendors for what parts of a plan lack. What is found of one part may be of use to others: clients, and sites. */
export class Lookups {
  readonly #clients = new Map<string, Client | null>();
  #clientsAsked = 0;
  #sitesLookedAt = false;

  constructor(private readonly context: LookupsContext) {}

  /** Those that were asked for one by one, for whichever part. */
  get clients(): ReadonlyMap<string, Client | null> {
    return this.#clients;
  }

  /** Whether all sites stand in tables, as there was one look at them. */
  get sitesLookedAt(): boolean {
    return this.#sitesLookedAt;
  }

  /** Looks up what the planner lacked. */
  async lookUp(needs: Needs, input: PlanInput, found: LookedUp): Promise<void> {
    const { marketplaceContext, psaContext, marketplace, psa, progress, look, db, from, scope } = this.context;
    const listed = new Set(input.subscriptions.rows.map((row) => row.subscriptionId)).intersection(needs.details);
    await readInto(marketplaceContext, marketplace, look, [...listed]);
    const absent = [...needs.details.difference(listed)];
    // One look at all sites says the main site of every client that has but one.
    const wantSites = !this.#sitesLookedAt && (needs.sites || this.#clientsAsked + needs.clients.size > CLIENTS_ASKED_SINGLY);
    const clients: Needs['clients'] = wantSites ? new Set() : needs.clients;
    let done = 0;
    const total = absent.length + clients.size + needs.licences.size;
    const step = (phase: 'marketplace' | 'psa'): Promise<void> => progress(phase, (done += 1), total);
    const witness = absent.length > 0 ? await witnessOf(db, from.tenantId, scope) : undefined;
    const answers = await askForAbsent(marketplace, { ids: absent, listed: witness ? [witness] : [], linked: new Set() }, () =>
      step('marketplace'),
    );
    for (const [id, answer] of answers) found.absent.set(id, answer);
    const customers = await lookAtCustomerRecords(marketplaceContext, marketplace, {
      rows: input.customers.rows.filter((row) => needs.customers.has(row.customerId)),
      fresh: scope !== null,
      callsMade: look.callsMade,
    });
    look.callsMade += customers.callsMade;
    for (const [id, customer] of customers.found) found.customerDetails.set(id, customer);
    for (const id of clients) {
      await this.askForClient(id);
      await step('psa');
    }
    for (const id of needs.licences) {
      found.licenceDetails.set(id, await psa.licence(id));
      await step('psa');
    }
    if (wantSites) {
      await lookAtSites(psaContext, psa);
      this.#sitesLookedAt = true;
    }
  }

  async askForClient(id: string): Promise<void> {
    this.#clientsAsked += 1;
    this.#clients.set(id, await this.context.psa.client(id));
  }

  /** Asks for the addresses that the list of sites lacks, of clients that are mapped. Answers whether there were any. */
  async lookAtAddresses({ mappings: planned }: Plan, { sites, mappings }: PlanInput, { addresses }: LookedUp): Promise<boolean> {
    if (!sites) return false;
    const mapped = new Set([...planned, ...mappings].map(({ clientId }) => clientId).filter((id) => id !== null));
    const asked = await lookAtAddresses(
      this.context.psa,
      [...mapped].flatMap((id) => sites.byClient.get(id) ?? []).filter(({ siteId }) => !addresses.has(siteId)),
    );
    for (const site of asked) addresses.set(site.siteId, site);
    return asked.length > 0;
  }
}
