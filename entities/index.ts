import { Agent } from './agent.js';
import { Alert } from './alert.js';
import { ApiToken } from './api-token.js';
import { AuditLine } from './audit-line.js';
import { Change } from './change.js';
import { CustomerRecord } from './customer-record.js';
import { Import } from './import.js';
import { IntegratorSlot } from './integrator-slot.js';
import { LicenceClaim } from './licence-claim.js';
import { Link } from './link.js';
import { ListedCustomer } from './listed-customer.js';
import { ListStep } from './list-step.js';
import { ListedLine } from './listed-line.js';
import { Mapping } from './mapping.js';
import { OpenOrder } from './open-order.js';
import { PsaBudget } from './psa-budget.js';
import { PsaInstance } from './psa-instance.js';
import { Session } from './session.js';
import { SignInLink } from './sign-in-link.js';
import { PsaClientRecord, PsaLicenceRecord, PsaSiteRecord } from './psa-record.js';
import { SettledPlan } from './settled-plan.js';
import { ShownPages } from './shown-pages.js';
import { Skip } from './skip.js';
import { SubscriptionHistory } from './subscription-history.js';
import { SubscriptionLineRecord } from './subscription-line-record.js';
import { SubscriptionRecord } from './subscription-record.js';
import { Tenant } from './tenant.js';
import { Throttle } from './throttle.js';
import { VendorRefusals } from './vendor-refusals.js';
import { WebhookCount } from './webhook-count.js';
import { WebhookDelivery } from './webhook-delivery.js';
import { WebhookImport } from './webhook-import.js';

export * from './agent.js';
export * from './alert.js';
export * from './api-token.js';
export * from './audit-line.js';
export * from './change.js';
export * from './customer-record.js';
export * from './import.js';
export * from './integrator-slot.js';
export * from './licence-claim.js';
export * from './link.js';
export * from './listed-customer.js';
export * from './list-step.js';
export * from './listed-line.js';
export * from './mapping.js';
export * from './open-order.js';
export * from './psa-budget.js';
export * from './psa-instance.js';
export * from './session.js';
export * from './sign-in-link.js';
export * from './psa-record.js';
export * from './settled-plan.js';
export * from './shown-pages.js';
export * from './skip.js';
export * from './subscription-history.js';
export * from './subscription-line-record.js';
export * from './subscription-record.js';
export * from './tenant.js';
export * from './throttle.js';
export * from './vendor-refusals.js';
export * from './webhook-count.js';
export * from './webhook-delivery.js';
export * from './webhook-import.js';

/** Every table of Isthmus. */
export const entities = [
  Agent,
  Alert,
  ApiToken,
  AuditLine,
  Change,
  CustomerRecord,
  Import,
  IntegratorSlot,
  LicenceClaim,
  Link,
  ListedCustomer,
  ListStep,
  ListedLine,
  Mapping,
  OpenOrder,
  PsaBudget,
  PsaClientRecord,
  PsaInstance,
  Session,
  SignInLink,
  PsaLicenceRecord,
  PsaSiteRecord,
  SettledPlan,
  ShownPages,
  Skip,
  SubscriptionHistory,
  SubscriptionLineRecord,
  SubscriptionRecord,
  Tenant,
  Throttle,
  VendorRefusals,
  WebhookCount,
  WebhookDelivery,
  WebhookImport,
];
