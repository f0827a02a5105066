import type { MarketplaceSeed } from '../marketplace/rows.js';
import type { PsaSeed } from '../psa/seed.js';
import { generateClients, TOP_LEVELS } from './clients.js';
import type { MatchKind } from './clients.js';
import { generateCustomers } from './customers.js';
import { nativeLicences, SUPPLIERS, unrelatedLicences } from './licences.js';
import { CompanyNames } from './names.js';
import { productRows } from './offers.js';
import { generateOrders } from './orders.js';
import { Random } from './random.js';
import { generateSubscriptions } from './subscriptions.js';

export type { MatchKind } from './clients.js';

export interface DataOptions {
  /** Customers in the marketplace; default 900. */
  customers?: number;
  /** Subscriptions in force or pending; default 550. Ended ones come on top, 1.92 for each. */
  subscriptions?: number;
  /** Same seed, same data; default 1. */
  seed?: number;
  /** The marketplace's code; default `us`. */
  marketplace?: string;
  /** The day, `YYYY-MM-DD`, that the data is current on. */
  today: string;
}

/** The data of both sandboxes, made to fit each other. */
export interface SandboxData {
  marketplace: MarketplaceSeed;
  psa: PsaSeed;
  /** How each customer is found in the PSA, by customer id. */
  matchKinds: Map<string, MatchKind>;
  /** Ids of the live subscriptions that the PSA holds already, from a module of its own. */
  nativeSubscriptionIds: string[];
}

const CURRENCIES: Record<string, string> = {
  us: 'USD',
  ca: 'CAD',
  mx: 'MXN',
  au: 'AUD',
  nz: 'NZD',
  in: 'INR',
  uk: 'GBP',
  br: 'BRL',
  mi: 'USD',
};

const RESELLER_ID = '1000000';

/** Makes a reseller's world from a seed: the same options give the same data, to the last character. */
export function generateData(options: DataOptions): SandboxData {
  const { customers: count = 900, subscriptions: live = 550, seed = 1, marketplace = 'us', today } = options;
  const random = new Random(seed);
  const names = new CompanyNames(random);
  const currency = CURRENCIES[marketplace] ?? 'EUR';
  const customers = generateCustomers(count, RESELLER_ID, names, random);
  const subscriptions = generateSubscriptions(live, { random, today, currency, customers });
  const orders = generateOrders(subscriptions, today, random);
  const matched = generateClients(customers, names, random);
  const native = nativeLicences(subscriptions, live, matched);
  const ingramClients = new Set(
    native.licences.filter((licence) => licence['snowid'] !== undefined).map((licence) => licence['client_id']),
  );
  return {
    marketplace: {
      credentials: { marketplace, username: 'sandbox.API', password: 'sandbox-password', subscriptionKey: 'sandbox-subscription-key' },
      resellerId: RESELLER_ID,
      currency,
      customers,
      subscriptions,
      orders,
      products: productRows(currency),
    },
    psa: {
      credentials: { tenant: 'sandbox', clientId: 'sandbox-client-id', clientSecret: 'sandbox-client-secret' },
      topLevels: [
        { id: 1, name: 'Unassigned' },
        { id: TOP_LEVELS.customers, name: 'Customers' },
        { id: TOP_LEVELS.prospects, name: 'Prospects' },
        { id: 4, name: 'West region', parentid: TOP_LEVELS.customers },
      ],
      clients: matched.clients.map((client) => (ingramClients.has(client.id) ? { ...client, ingram_micro_details_id: 1 } : client)),
      licences: [...native.licences, ...unrelatedLicences(count, matched, today, random)],
      suppliers: SUPPLIERS,
      agents: [
        { id: 2, name: 'Isthmus API' },
        { id: 3, name: 'Dana Dispatcher' },
      ],
      ticketTypes: [
        { id: 1, name: 'Incident' },
        { id: 3, name: 'Service Request' },
        { id: 21, name: 'Alert' },
      ],
    },
    matchKinds: matched.kinds,
    nativeSubscriptionIds: native.subscriptionIds,
  };
}
