import { IsBoolean, IsNumber, IsString } from 'class-validator';
import type { Licence } from '../domain/index.js';
import { Nullable } from '../http/dto.js';

/** A licence as HaloPSA shows it now, in the words of the line that it keeps. */
export class LicenceView {
  @IsString() licenceId: string;
  @IsString() clientId: string;
  @IsBoolean() deleted: boolean;
  @Nullable() @IsString() name: string | null;
  @Nullable() @IsString() manufacturer: string | null;
  @Nullable() @IsString() mpn: string | null;
  @Nullable() @IsNumber() quantity: number | null;
  /** ISO 8601 duration. */
  @Nullable() @IsString() term: string | null;
  /** In Halo's words: Monthly, Annual, else an ISO 8601 duration. */
  @Nullable() @IsString() billingPeriod: string | null;
  /** Decimals per unit. HaloPSA says no currency. */
  @Nullable() @IsString() unitCost: string | null;
  @Nullable() @IsString() unitPrice: string | null;
  @Nullable() @IsString() status: string | null;
  @Nullable() @IsBoolean() active: boolean | null;
  @Nullable() @IsBoolean() autoRenew: boolean | null;
  @Nullable() @IsString() startDate: string | null;
  @Nullable() @IsString() endDate: string | null;
  /** The second witness, or whatever somebody else put there. */
  @Nullable() @IsString() key: string | null;
}

export function viewOfLicence(licence: Licence): LicenceView {
  return {
    licenceId: licence.licenceId,
    clientId: licence.clientId,
    deleted: licence.deleted,
    name: licence.name ?? null,
    manufacturer: licence.manufacturer ?? null,
    mpn: licence.vendor_product_sku ?? null,
    quantity: licence.count ?? null,
    term: licence.term_duration ?? null,
    billingPeriod: licence.billing_cycle ?? null,
    unitCost: licence.purchase_price ?? null,
    unitPrice: licence.price ?? null,
    status: licence.status ?? null,
    active: licence.is_active ?? null,
    autoRenew: licence.autorenew ?? null,
    startDate: licence.start_date ?? null,
    endDate: licence.end_date ?? null,
    key: licence.snowid ?? null,
  };
}
