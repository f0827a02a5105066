import { IsBoolean, IsIn, IsInt, IsISO8601, IsObject, IsString } from 'class-validator';
import type { Client } from '../domain/index.js';
import type { PsaInstance } from '../../entities/index.js';
import { Nested, NestedList, Nullable, UuidField } from '../http/dto.js';
import { MayBeAbsent } from '../http/fields.js';

export class PsaAlertsView {
  @Nullable() @IsString() ticketTypeId: string | null;
  @Nullable() @IsString() clientId: string | null;
}

/** A PSA instance, without its secrets. */
export class PsaInstanceView {
  @UuidField() id: string;
  @IsString() name: string;
  @IsBoolean() enabled: boolean;
  @IsString() baseUrl: string;
  @Nullable() @IsString() authUrl: string | null;
  @Nullable() @IsString() haloTenant: string | null;
  @IsString() clientId: string;
  @IsInt() callsPer5Minutes: number;
  @IsInt() recordsPerCall: number;
  @Nested(() => PsaAlertsView) alerts: PsaAlertsView;
  /** When each secret was set, by its name. */
  @IsObject() secretsSetAt: Record<string, string>;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

export class WebhookSecret {
  /** Shown now and never again. */
  @IsString() webhookSecret: string;
}

export class CreatedPsaInstance extends PsaInstanceView {
  /** What Halo shows when it calls Isthmus: shown now and never again. */
  @IsString() webhookSecret: string;
}

export class CheckView {
  @IsString() name: string;
  @IsIn(['ok', 'failed', 'unknown']) result: 'ok' | 'failed' | 'unknown';
  /** The setting at fault. */
  @MayBeAbsent() @IsString() field?: string;
  @IsString() detail: string;
}

/** Each thing that must hold, one by one. */
export class VerificationView {
  @IsIn(['ok', 'failed', 'unknown']) result: 'ok' | 'failed' | 'unknown';
  @NestedList(() => CheckView) checks: CheckView[];
}

export class TopLevelView {
  @IsString() topLevelId: string;
  @IsString() name: string;
  @MayBeAbsent() @IsString() parentId?: string;
}

export class ClientView {
  @IsString() clientId: string;
  @IsString() name: string;
  @IsBoolean() inactive: boolean;
  /** Of its main site, and where it is on the web; left out when HaloPSA does not show them. */
  @MayBeAbsent() @IsString() siteName?: string;
  @MayBeAbsent() @IsString() domain?: string;
}

export function viewOfPsaInstance(instance: PsaInstance): Pick<PsaInstanceView, keyof PsaInstanceView> {
  return {
    id: instance.id,
    name: instance.name,
    enabled: instance.enabled,
    baseUrl: instance.baseUrl,
    authUrl: instance.authUrl,
    haloTenant: instance.haloTenant,
    clientId: instance.clientId,
    callsPer5Minutes: instance.callsPer5Minutes,
    recordsPerCall: instance.recordsPerCall,
    alerts: { ticketTypeId: instance.alertTicketTypeId, clientId: instance.alertClientId },
    secretsSetAt: instance.secretsSetAt,
    createdAt: instance.createdAt.toISOString(),
    updatedAt: instance.updatedAt.toISOString(),
  };
}

export function viewOfClient({ clientId, name, inactive, mainSiteName, domain }: Client): Pick<ClientView, keyof ClientView> {
  return {
    clientId,
    name,
    inactive,
    ...(mainSiteName === undefined ? {} : { siteName: mainSiteName }),
    ...(domain === undefined ? {} : { domain }),
  };
}
