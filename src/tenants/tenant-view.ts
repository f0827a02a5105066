import { IsArray, IsBoolean, IsIn, IsInt, IsISO8601, IsObject, IsString } from 'class-validator';
import type { Import, Tenant, TenantStatus } from '../../entities/index.js';
import { Nested, Nullable, UuidField } from '../http/dto.js';
import { MayBeAbsent } from '../http/fields.js';
import { ImportView, viewOfImport } from '../imports/import-view.js';
import type { Outlook } from '../integrator/outlook.js';
import { LastRun, viewOfLastRun } from '../integrator/run-view.js';
import { type CustomerCounts, noCustomers } from '../mappings/count-customers.js';
import { VerificationView } from '../psa-instances/psa-instance-view.js';

export class ClientImportView {
  @IsBoolean() createUnmatched: boolean;
  @IsBoolean() onlyWithSubscriptions: boolean;
  @MayBeAbsent() @IsString() topLevelId?: string;
  @IsBoolean() updateMainSiteAddress: boolean;
}

export class SubscriptionImportView {
  @IsIn(['never', 'on_create', 'always']) prices: string;
  @IsIn(['on_create', 'always']) names: string;
  @IsIn(['import', 'skip']) trials: string;
  @IsBoolean() followRenewals: boolean;
  @MayBeAbsent() @IsString() supplierId?: string;
  @IsInt() rereadWithinDays: number;
}

export class IntegratorView {
  @IsBoolean() enabled: boolean;
  @IsBoolean() customers: boolean;
  @IsBoolean() subscriptions: boolean;
  @IsBoolean() deactivateDeleted: boolean;
  @IsString() at: string;
  @IsString() timeZone: string;
}

export class GuardView {
  @IsInt() floor: number;
  @IsInt() percent: number;
}

/** How many customers are in which state of mapping. */
export class CustomerCountsView {
  @IsInt() mapped: number;
  @IsInt() suggested: number;
  @IsInt() ambiguous: number;
  @IsInt() broken: number;
  @IsInt() ignored: number;
  /** Without any mapping. */
  @IsInt() unmapped: number;
}

/** A tenant, without its secrets. */
export class TenantView {
  @UuidField() id: string;
  @UuidField() psaInstanceId: string;
  @IsString() name: string;
  @IsBoolean() enabled: boolean;
  @IsString() apiUrl: string;
  @IsString() marketplace: string;
  @IsString() username: string;
  @Nullable() @IsString() applicationId: string | null;
  @Nullable() @IsString() accountId: string | null;
  @Nullable() @IsString() country: string | null;
  @Nullable() @IsString() currency: string | null;
  @Nested(() => ClientImportView) clientImport: ClientImportView;
  @Nested(() => SubscriptionImportView) subscriptionImport: SubscriptionImportView;
  @Nested(() => IntegratorView) integrator: IntegratorView;
  @Nested(() => GuardView) guard: GuardView;
  /** `paused` for as long as the integrator is, whatever is known of the account. */
  @IsIn(['untested', 'ok', 'failing', 'paused']) status: TenantStatus;
  /** When its credentials were last seen to work. */
  @Nullable() @IsISO8601() verifiedAt: string | null;
  /** The latest import that was no preview. */
  @Nullable() @Nested(() => ImportView) lastImport: ImportView | null;
  /** The latest one of all customers that has ended, or waits for a person; one of subscriptions, too, unless the integrator leaves those out. */
  @Nullable() @Nested(() => ImportView) lastWholeImport: ImportView | null;
  @Nested(() => CustomerCountsView) customers: CustomerCountsView;
  /** When the integrator comes next; in the past while a day that is due was not taken yet; null while it does not come. */
  @Nullable() @IsISO8601() nextRunAt: string | null;
  /** The latest day of its schedule. */
  @Nullable() @Nested(() => LastRun) lastRun: LastRun | null;
  /** Since when the integrator leaves it alone, and why: a person's word, or credentials that were refused too often. */
  @Nullable() @IsISO8601() pausedAt: string | null;
  @Nullable() @IsString() pausedWhy: string | null;
  /** When each secret was set, by its name. */
  @IsObject() secretsSetAt: Record<string, string>;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

/** A tenant as it was saved, with what was corrected or is unusual in what was sent. */
export class SavedTenant extends TenantView {
  @IsArray() @IsString({ each: true }) remarks: string[];
}

/** As for a PSA instance, and what was corrected or is unusual in what was sent. */
export class MarketplaceVerificationView extends VerificationView {
  @IsArray() @IsString({ each: true }) remarks: string[];
}

/** A marketplace that is offered for choosing; other codes are taken too. */
export class OfferedMarketplaceView {
  @IsString() code: string;
  @IsString() name: string;
  /** The part of the portal's address that shows it. */
  @IsString() portal: string;
  @IsString() enter: string;
}

export type ShownTenant = Pick<TenantView, keyof TenantView>;

export function viewOfTenant(
  tenant: Tenant,
  imports: { last: Import | undefined; whole: Import | undefined },
  outlook: Outlook | undefined,
  customers: CustomerCounts = noCustomers(),
): ShownTenant {
  // Since when the schedule holds is ours to know: what is shown can be sent back.
  const { since: _, ...integrator } = tenant.integrator;
  return {
    id: tenant.id,
    psaInstanceId: tenant.psaInstanceId,
    name: tenant.name,
    enabled: tenant.enabled,
    apiUrl: tenant.apiUrl,
    marketplace: tenant.marketplace,
    username: tenant.username,
    applicationId: tenant.applicationId,
    accountId: tenant.accountId,
    country: tenant.country,
    currency: tenant.currency,
    clientImport: tenant.clientImport,
    subscriptionImport: tenant.subscriptionImport,
    integrator,
    guard: tenant.guard,
    status: tenant.pausedAt === null ? tenant.status : 'paused',
    verifiedAt: tenant.verifiedAt?.toISOString() ?? null,
    lastImport: imports.last ? viewOfImport(imports.last) : null,
    lastWholeImport: imports.whole ? viewOfImport(imports.whole) : null,
    customers,
    nextRunAt: outlook?.nextRunAt?.toISOString() ?? null,
    lastRun: outlook?.lastRun ? viewOfLastRun(outlook.lastRun) : null,
    pausedAt: tenant.pausedAt?.toISOString() ?? null,
    pausedWhy: tenant.pausedWhy,
    secretsSetAt: tenant.secretsSetAt,
    createdAt: tenant.createdAt.toISOString(),
    updatedAt: tenant.updatedAt.toISOString(),
  };
}
