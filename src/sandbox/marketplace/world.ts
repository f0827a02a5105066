import type { Clock } from '../contract.js';
import { addPeriods, dayOf } from '../data/days.js';
import type { CustomerRow, Given, MarketplaceSeed, OrderRow, ProductLineRow, ProductRow, SubscriptionRow } from './rows.js';
import { Table } from './table.js';
import { retotal } from './totals.js';

/** What comes with a change of a subscription beside the fields to set. */
export interface ChangeExtras {
  /** The new quantity of the first product. */
  quantity?: number;
  /** No order for a changed quantity. */
  silent?: boolean;
  /** Fields to take away. */
  unset?: readonly string[];
}

/** What the vendor has stored, and the ways it changes that no caller of the API can bring about. */
export class World {
  readonly customers = new Table<CustomerRow>();
  readonly subscriptions = new Table<SubscriptionRow>();
  readonly orders = new Table<OrderRow>();
  products: ProductRow[] = [];
  #seed: MarketplaceSeed;
  readonly #clock: Clock;

  constructor(seed: MarketplaceSeed, clock: Clock) {
    this.#clock = clock;
    this.#seed = seed;
    this.reset(seed);
  }

  /** Starts again from a seed. Its rows become the world's own: give each world rows of its own. */
  reset(seed: MarketplaceSeed): void {
    this.#seed = seed;
    this.customers.fill(seed.customers);
    this.subscriptions.fill(seed.subscriptions);
    this.orders.fill(seed.orders);
    this.products = seed.products;
  }

  /** Adds a customer; what is not given is made up. */
  addCustomer(given: Given<CustomerRow> = {}): CustomerRow {
    const id = idOf(given, this.customers);
    const customer: CustomerRow = {
      id,
      status: 'active',
      name: `Customer ${id}`,
      address: { streetAddress: '1 Main St', postalCode: '12207', city: 'Albany', state: 'NY', countryCode: 'US' },
      contactPersons: [
        { type: 'admin', firstName: 'Alex', lastName: 'Admin', email: `admin@customer-${id}.example`, phoneNumber: '1#518#5550100#' },
      ],
      language: 'en_US',
      resellerId: this.#seed.resellerId,
    };
    Object.assign(customer, given, { id });
    this.customers.add(customer);
    return customer;
  }

  /**
   * Adds a subscription; what is not given is made up: an active one of the newest customer, of one year billed by the month, begun
   * today, with one seat of the first product of the catalogue.
   */
  addSubscription(given: Given<SubscriptionRow> = {}, quantity = 1): SubscriptionRow {
    const today = dayOf(this.#clock.now());
    const start = typeof given.creationDate === 'string' && !Number.isNaN(Date.parse(given.creationDate)) ? given.creationDate : today;
    const end = addPeriods(start.slice(0, 10), { type: 'year', duration: 1 }, 1);
    const line = this.#anyLine(quantity);
    const subscription: SubscriptionRow = {
      id: idOf(given, this.subscriptions),
      name: line.name,
      customerId: this.#newestCustomer(),
      status: 'active',
      renewalStatus: true,
      creationDate: start,
      renewalDate: end,
      lastModifiedDate: today,
      expirationDate: end,
      billingModel: 'chargeBeforeBillingPeriod',
      billingPeriod: { type: 'month', duration: 1 },
      subscriptionPeriod: { type: 'year', duration: 1 },
      products: [line],
      orderParameters: [],
      fulfillmentParameters: [],
      planId: 10_001,
    };
    Object.assign(subscription, given, { id: subscription.id });
    if (given.totalPrice === undefined) retotal(subscription);
    this.subscriptions.add(subscription);
    return subscription;
  }

  /**
   * Changes a subscription behind the API's back. Another quantity of the first product leaves, unless `silent`, a completed change
   * order of now, as the real platform does; it touches nothing in the list row. Ending a subscription leaves no order. Throws when there is none of that id.
   */
  changeSubscription(id: string, patch: Given<SubscriptionRow>, extras: ChangeExtras = {}): SubscriptionRow {
    const subscription = this.subscriptions.get(id);
    if (!subscription) throw new Error(`there is no subscription ${id}`);
    const before = firstLine(subscription)?.quantity;
    Object.assign(subscription, patch, { id });
    for (const field of extras.unset ?? []) Reflect.deleteProperty(subscription, field);
    const line = firstLine(subscription);
    if (line && extras.quantity !== undefined) line.quantity = extras.quantity;
    if ((patch.products !== undefined || extras.quantity !== undefined) && patch.totalPrice === undefined) retotal(subscription);
    if (patch.customerId !== undefined) this.subscriptions.reindex();
    const after = line?.quantity;
    if (line && before !== undefined && after !== undefined && after !== before && !extras.silent) {
      const { mpn, vendor, id: productId, name } = line;
      const products = [{ mpn, vendor, id: productId, name, quantity: after - before }];
      this.addOrder({ customerId: subscription.customerId, subscriptionId: id, products });
    }
    return subscription;
  }

  /** Adds an order; what is not given is made up: a completed change order of now. */
  addOrder(given: Given<OrderRow> = {}): OrderRow {
    const id = idOf(given, this.orders);
    const now = new Date(this.#clock.now()).toISOString();
    const order: OrderRow = {
      id,
      orderNumber: orderNumber(typeof given.type === 'string' ? given.type : 'change', id),
      type: 'change',
      customerId: this.#newestCustomer(),
      creationDate: now,
      provisioningDate: now,
      status: 'completed',
      statusCode: 'CP',
    };
    Object.assign(order, given, { id });
    this.orders.add(order);
    return order;
  }

  #newestCustomer(): string {
    return this.customers.newestFirst()[0]?.id ?? '1';
  }

  #anyLine(quantity: number): ProductLineRow {
    const [product] = this.products;
    const currency = product?.prices.at(-1)?.currency ?? this.#seed.currency;
    return {
      mpn: product?.mpn ?? 'SANDBOX',
      vendor: product?.vendor ?? 'Sandbox',
      id: product?.id ?? 'PRD1',
      quantity,
      name: product?.name ?? 'Sandbox product',
      unitPrice: { currency, amount: product?.prices.at(-1)?.amount ?? '2' },
      unitCost: { currency, amount: product?.costs?.[0]?.amount ?? '1' },
    };
  }
}

const ORDER_PREFIX: Record<string, string> = { sales: 'SO', change: 'CH', renewal: 'RN', cancellation: 'CA' };

/** The number people see: letters for the type (SO, CH and RN were seen; CA is made up) and six digits. */
export function orderNumber(type: string, id: string): string {
  return `${ORDER_PREFIX[type] ?? 'SO'}${id.slice(-6).padStart(6, '0')}`;
}

function idOf(given: { id?: unknown }, table: { nextId(): string }): string {
  return typeof given.id === 'string' ? given.id : table.nextId();
}

/** The first product line, where there is one; what was made malformed on purpose has none. */
function firstLine(subscription: SubscriptionRow): ProductLineRow | undefined {
  const [line] = Array.isArray(subscription.products) ? subscription.products : [];
  return typeof line === 'object' && line !== null ? line : undefined;
}
