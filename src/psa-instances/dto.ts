import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { Nested } from '../http/dto.js';
import { Line, MayBeAbsent, MayBeNull, PsaId, Secret } from '../http/fields.js';

/** Where tickets for people are opened. */
export class PsaAlerts {
  @MayBeNull() @PsaId() ticketTypeId?: string | null;
  @MayBeNull() @PsaId() clientId?: string | null;
}

export class CreatePsaInstance {
  @Line(200) name: string;
  @MayBeAbsent() @IsBoolean() enabled?: boolean;
  /** Halo's "Resource server", or the site's own address. */
  @Line(2000) baseUrl: string;
  /** Halo's "Authorisation server"; left out: the one Halo names itself. */
  @MayBeNull() @Line(2000) authUrl?: string | null;
  @MayBeNull() @Line(200) haloTenant?: string | null;
  @Line(200) clientId: string;
  @Secret() clientSecret: string;
  @MayBeNull() @Secret() iframeSecret?: string | null;
  @MayBeAbsent() @IsInt() @Min(1) @Max(1_000_000) callsPer5Minutes?: number;
  /** The most records that one write may hold: 1 for a HaloPSA that refuses arrays. */
  @MayBeAbsent() @IsInt() @Min(1) @Max(200) recordsPerCall?: number;
  @MayBeAbsent() @Nested(() => PsaAlerts) alerts?: PsaAlerts;
}

/** What is left out stays as it is. */
export class UpdatePsaInstance {
  @MayBeAbsent() @Line(200) name?: string;
  @MayBeAbsent() @IsBoolean() enabled?: boolean;
  @MayBeAbsent() @Line(2000) baseUrl?: string;
  @MayBeNull() @Line(2000) authUrl?: string | null;
  @MayBeNull() @Line(200) haloTenant?: string | null;
  @MayBeAbsent() @Line(200) clientId?: string;
  @MayBeAbsent() @Secret() clientSecret?: string;
  @MayBeNull() @Secret() iframeSecret?: string | null;
  @MayBeAbsent() @IsInt() @Min(1) @Max(1_000_000) callsPer5Minutes?: number;
  /** The most records that one write may hold: 1 for a HaloPSA that refuses arrays. */
  @MayBeAbsent() @IsInt() @Min(1) @Max(200) recordsPerCall?: number;
  @MayBeAbsent() @Nested(() => PsaAlerts) alerts?: PsaAlerts;
}
