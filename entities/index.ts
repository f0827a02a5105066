import { ApiToken } from './api-token.js';
import { Change } from './change.js';
import { CustomerRecord } from './customer-record.js';
import { Import } from './import.js';
import { Link } from './link.js';
import { Mapping } from './mapping.js';
import { OpenOrder } from './open-order.js';
import { PsaInstance } from './psa-instance.js';
import { Skip } from './skip.js';
import { SubscriptionHistory } from './subscription-history.js';
import { SubscriptionLineRecord } from './subscription-line-record.js';
import { SubscriptionRecord } from './subscription-record.js';
import { Tenant } from './tenant.js';

export * from './api-token.js';
export * from './change.js';
export * from './customer-record.js';
export * from './import.js';
export * from './link.js';
export * from './mapping.js';
export * from './open-order.js';
export * from './psa-instance.js';
export * from './skip.js';
export * from './subscription-history.js';
export * from './subscription-line-record.js';
export * from './subscription-record.js';
export * from './tenant.js';

/** Every table of Isthmus. */
export const entities = [
  ApiToken,
  Change,
  CustomerRecord,
  Import,
  Link,
  Mapping,
  OpenOrder,
  PsaInstance,
  Skip,
  SubscriptionHistory,
  SubscriptionLineRecord,
  SubscriptionRecord,
  Tenant,
];
