/** The marketplace's records as it sends them. Source: the marketplace's OpenAPI document, 1.15; what it calls optional is optional here. */

export interface MoneyRow {
  currency: string;
  amount: string;
}

export interface PeriodRow {
  type: string;
  duration: number;
}

/** Fields of a record as somebody gives them: right, or wrong on purpose, because a vendor's records may be malformed. */
export type Given<T> = { [Field in keyof T]?: unknown };

export interface CustomerRow {
  id: string;
  externalId?: string;
  status: string;
  name: string;
  address?: { streetAddress?: string; addressExtension?: string; postalCode?: string; city?: string; state?: string; countryCode?: string };
  contactPersons?: { type: string; firstName: string; lastName: string; email: string; phoneNumber: string }[];
  language?: string;
  taxRegId?: string;
  resellerId?: string;
}

export interface ProductLineRow {
  mpn?: string;
  vendor?: string;
  id?: string;
  quantity?: number;
  name?: string;
  unitPrice?: MoneyRow;
  unitCost?: MoneyRow;
  extendedPrice?: MoneyRow;
  vendorSubscriptionId?: string;
}

export interface ParameterRow {
  name: string;
  value?: unknown;
}

/** A subscription with everything its own call shows; a list row is a part of it. Dates are `YYYY-MM-DD`. */
export interface SubscriptionRow {
  id: string;
  name?: string;
  customerId: string;
  status: string;
  attributes?: Record<string, string>;
  renewalStatus?: boolean;
  creationDate?: string;
  renewalDate?: string;
  lastModifiedDate?: string;
  expirationDate?: string;
  billingModel?: string;
  billingPeriod?: PeriodRow;
  subscriptionPeriod?: PeriodRow;
  totalPrice?: MoneyRow;
  totalSubscriptionCost?: MoneyRow;
  products?: ProductLineRow[];
  orderParameters?: ParameterRow[];
  fulfillmentParameters?: ParameterRow[];
  planId?: number;
}

export interface OrderLineRow {
  mpn?: string;
  vendor?: string;
  id?: string;
  name?: string;
  /** On a change order a signed difference, on a sales order what was bought. */
  quantity?: number;
  subscriptionId?: string;
  extendedPrice?: MoneyRow;
}

/** An order with everything its own call shows. Times are ISO 8601, UTC. */
export interface OrderRow {
  id: string;
  orderNumber?: string;
  type: string;
  customerId: string;
  subscriptionId?: string;
  poNumber?: string;
  creationDate?: string;
  provisioningDate?: string;
  status: string;
  statusCode?: string;
  total?: MoneyRow;
  scheduledOn?: string;
  products?: OrderLineRow[];
}

export interface ProductRow {
  mpn: string;
  vendor: string;
  id: string;
  serviceName: string;
  name: string;
  minimumQuantity: string;
  maximumQuantity: string;
  prices: (MoneyRow & { type: string; model: string })[];
  costs?: (MoneyRow & { type: string; model: string })[];
  billingPeriod: PeriodRow;
  subscriptionPeriod: PeriodRow;
  billingModel: string;
}

export interface MarketplaceCredentials {
  /** The code of the one marketplace the account belongs to, such as `us`. */
  marketplace: string;
  username: string;
  password: string;
  subscriptionKey: string;
}

/** What a sandbox marketplace starts with. Lists are oldest first. */
export interface MarketplaceSeed {
  credentials: MarketplaceCredentials;
  resellerId: string;
  currency: string;
  customers: CustomerRow[];
  subscriptions: SubscriptionRow[];
  orders: OrderRow[];
  products: ProductRow[];
}
