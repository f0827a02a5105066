import { IsBoolean, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { MayBeAbsent, MayBeNull, PsaId } from '../http/fields.js';
import { IsTimeZone } from './time-zone.js';

/** How customers become clients. What is left out stays as it is; at first, the default. */
export class ClientImportInput {
  /** Whether a customer that no client resembles becomes a new client. */
  @MayBeAbsent() @IsBoolean() createUnmatched?: boolean;
  @MayBeAbsent() @IsBoolean() onlyWithSubscriptions?: boolean;
  /** The top level that new clients hang under. */
  @MayBeNull() @PsaId() topLevelId?: string | null;
  @MayBeAbsent() @IsBoolean() updateMainSiteAddress?: boolean;
}

/** How subscription lines become licences. */
export class SubscriptionImportInput {
  @MayBeAbsent() @IsIn(['never', 'on_create', 'always']) prices?: 'never' | 'on_create' | 'always';
  @MayBeAbsent() @IsIn(['on_create', 'always']) names?: 'on_create' | 'always';
  @MayBeAbsent() @IsIn(['import', 'skip']) trials?: 'import' | 'skip';
  @MayBeAbsent() @IsBoolean() followRenewals?: boolean;
  @MayBeNull() @PsaId() supplierId?: string | null;
  /** In days. */
  @MayBeAbsent() @IsInt() @Min(1) @Max(31) rereadWithinDays?: number;
}

/** The daily schedule. */
export class IntegratorInput {
  @MayBeAbsent() @IsBoolean() enabled?: boolean;
  @MayBeAbsent() @IsBoolean() customers?: boolean;
  @MayBeAbsent() @IsBoolean() subscriptions?: boolean;
  /** Only while `enabled`. */
  @MayBeAbsent() @IsBoolean() deactivateDeleted?: boolean;
  @MayBeAbsent() @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { message: '$property must be a time of day such as 02:00' }) at?: string;
  @MayBeAbsent() @IsTimeZone() timeZone?: string;
}

/** How much may end at once before a person is asked. */
export class GuardInput {
  /** A number of licences. */
  @MayBeAbsent() @IsInt() @Min(0) @Max(1_000_000) floor?: number;
  /** Of the tenant's active licences. */
  @MayBeAbsent() @IsInt() @Min(0) @Max(100) percent?: number;
}
