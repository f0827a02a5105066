import { IsBoolean, Matches } from 'class-validator';
import { BooleanParameter, Nested, UuidField } from '../http/dto.js';
import { Line, MayBeAbsent, MayBeNull, Secret } from '../http/fields.js';
import { PageQuery } from '../http/page.js';
import { ClientImportInput, GuardInput, IntegratorInput, SubscriptionImportInput } from './settings-dto.js';

const COUNTRY = { message: '$property must be a country code of two capitals, such as GB' };
const CURRENCY = { message: '$property must be a currency code of three capitals, such as EUR' };

/** What a marketplace account is reached with. */
export class MarketplaceAccount {
  /** As the portal shows it. Its path is a region, not the marketplace. */
  @Line(2000) apiUrl: string;
  /** `us`, `uk`, `au`, …; two to five letters. */
  @Line(20) marketplace: string;
  @Line(320) username: string;
  @Secret() password: string;
  @Secret() subscriptionKey: string;
  @MayBeNull() @Line(200) applicationId?: string | null;
}

export class CreateTenant extends MarketplaceAccount {
  @UuidField() psaInstanceId: string;
  @Line(200) name: string;
  @MayBeAbsent() @IsBoolean() enabled?: boolean;
  /** The reseller's own account id; rows of another reseller are dropped when it is set. */
  @MayBeNull() @Line(64) accountId?: string | null;
  @MayBeNull() @Matches(/^[A-Z]{2}$/, COUNTRY) country?: string | null;
  @MayBeNull() @Matches(/^[A-Z]{3}$/, CURRENCY) currency?: string | null;
  @MayBeAbsent() @Nested(() => ClientImportInput) clientImport?: ClientImportInput;
  @MayBeAbsent() @Nested(() => SubscriptionImportInput) subscriptionImport?: SubscriptionImportInput;
  @MayBeAbsent() @Nested(() => IntegratorInput) integrator?: IntegratorInput;
  @MayBeAbsent() @Nested(() => GuardInput) guard?: GuardInput;
}

/** What is left out stays as it is, also within the nested settings. */
export class UpdateTenant {
  /** Accepted only as it is: a tenant never moves to another PSA instance. */
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
  @MayBeAbsent() @Line(200) name?: string;
  @MayBeAbsent() @IsBoolean() enabled?: boolean;
  @MayBeAbsent() @Line(2000) apiUrl?: string;
  @MayBeAbsent() @Line(20) marketplace?: string;
  @MayBeAbsent() @Line(320) username?: string;
  @MayBeAbsent() @Secret() password?: string;
  @MayBeAbsent() @Secret() subscriptionKey?: string;
  @MayBeNull() @Line(200) applicationId?: string | null;
  @MayBeNull() @Line(64) accountId?: string | null;
  @MayBeNull() @Matches(/^[A-Z]{2}$/, COUNTRY) country?: string | null;
  @MayBeNull() @Matches(/^[A-Z]{3}$/, CURRENCY) currency?: string | null;
  @MayBeAbsent() @Nested(() => ClientImportInput) clientImport?: ClientImportInput;
  @MayBeAbsent() @Nested(() => SubscriptionImportInput) subscriptionImport?: SubscriptionImportInput;
  @MayBeAbsent() @Nested(() => IntegratorInput) integrator?: IntegratorInput;
  @MayBeAbsent() @Nested(() => GuardInput) guard?: GuardInput;
}

export class SaveQuery {
  /** Save it although nobody knows whether its account works. It is never scheduled then. */
  @MayBeAbsent() @BooleanParameter() unverified: boolean = false;
}

export class TenantsQuery extends PageQuery {
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
}
