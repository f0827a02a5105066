import type { SandboxData } from '../../../src/sandbox/index.js';

type Marketplace = SandboxData['marketplace'];
type Subscription = Marketplace['subscriptions'][number];

const FIRST_CUSTOMER = 1_000_001;
const FIRST_SUBSCRIPTION = 1_300_000;
const QUANTITIES = 40;

/**
 * A world without oddities: every customer wants a client and each subscription, in force and of one line, a licence; the PSA holds
 * neither. Customers take turns with the subscriptions. Credentials, catalogue and the rest are those of the data given.
 * @param today `YYYY-MM-DD`.
 */
export function plainWorld(data: SandboxData, size: { customers: number; subscriptions: number }, today: string): SandboxData {
  const { marketplace, psa } = data;
  const customers = Array.from({ length: size.customers }, (_, at) => customerAt(at, marketplace.resellerId));
  const subscriptions = Array.from({ length: size.subscriptions }, (_, at) =>
    subscriptionAt(at, customers[at % customers.length]?.id ?? '', marketplace, Number(today.slice(0, 4))),
  );
  return {
    ...data,
    marketplace: { ...marketplace, customers, subscriptions, orders: [] },
    psa: { ...psa, clients: psa.clients.slice(0, 1), licences: [] },
    matchKinds: new Map(customers.map(({ id }) => [id, 'none'])),
    nativeSubscriptionIds: [],
  };
}

function customerAt(at: number, resellerId: string): Marketplace['customers'][number] {
  const id = String(FIRST_CUSTOMER + at);
  return {
    id,
    status: 'active',
    name: `Customer ${id}`,
    address: { streetAddress: `${at + 1} Main St`, postalCode: '12207', city: 'Albany', state: 'NY', countryCode: 'US' },
    contactPersons: [{ type: 'admin', firstName: 'Alex', lastName: 'Admin', email: `admin@c${id}.example`, phoneNumber: '1#518#5550100#' }],
    language: 'en_US',
    resellerId,
  };
}

function subscriptionAt(at: number, customerId: string, { products, currency }: Marketplace, year: number): Subscription {
  const product = products[at % products.length];
  if (!product) throw new Error('The sandbox has no catalogue.');
  const { mpn, vendor, id, name } = product;
  const day = `${String((at % 12) + 1).padStart(2, '0')}-${String((at % 28) + 1).padStart(2, '0')}`;
  const unitPrice = { currency, amount: `${(at % 90) + 2}.50` };
  const unitCost = { currency, amount: `${(at % 90) + 1}.25` };
  return {
    id: String(FIRST_SUBSCRIPTION + at * 7),
    name,
    customerId,
    status: 'active',
    renewalStatus: at % 3 > 0,
    creationDate: `${year - 1}-${day}`,
    renewalDate: `${year + 1}-${day}`,
    lastModifiedDate: `${year - 1}-${day}`,
    expirationDate: `${year + 1}-${day}`,
    billingModel: 'chargeBeforeBillingPeriod',
    billingPeriod: { type: 'month', duration: 1 },
    subscriptionPeriod: { type: 'year', duration: 1 },
    totalPrice: unitPrice,
    totalSubscriptionCost: unitCost,
    products: [{ mpn, vendor, id, quantity: (at % QUANTITIES) + 1, name, unitPrice, unitCost }],
    orderParameters: [],
    fulfillmentParameters: [],
    planId: 10_001,
  };
}
