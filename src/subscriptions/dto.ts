import { Equals, IsBoolean, IsIn, IsISO8601, IsNumber, IsString, Matches } from 'class-validator';
import type { Link, LinkOrigin } from '../../entities/index.js';
import type { SubscriptionStatus } from '../domain/index.js';
import { BooleanParameter, Nested, Nullable, UuidField } from '../http/dto.js';
import { Line, MayBeAbsent, PsaId } from '../http/fields.js';
import { PageQuery } from '../http/page.js';
import { LINES_SORTS } from './lines.js';

const STATUSES: readonly SubscriptionStatus[] = ['pending', 'active', 'hold', 'terminated', 'removed', 'unknown'];

/** `ended` is over in the marketplace; of the others, `linked` has a licence and `skipped` has none. */
export type LineState = 'linked' | 'skipped' | 'ended';
const STATES: readonly LineState[] = ['linked', 'skipped', 'ended'];

/** Which lines are wanted. */
export interface LinesFilter {
  customerId?: string;
  clientId?: string;
  subscriptionId?: string;
  line?: string;
  status?: SubscriptionStatus;
  state?: LineState;
  autoRenew?: boolean;
  renewsBefore?: string;
  search?: string;
}

function CalendarDay(): PropertyDecorator {
  return Matches(/^\d{4}-\d{2}-\d{2}$/, { message: '$property must be a date as YYYY-MM-DD' });
}

export class SubscriptionsQuery extends PageQuery implements LinesFilter {
  @MayBeAbsent() @Line(64) customerId?: string;
  @MayBeAbsent() @PsaId() clientId?: string;
  @MayBeAbsent() @Line(64) subscriptionId?: string;
  @MayBeAbsent() @Line(500) line?: string;
  @MayBeAbsent() @IsIn([...STATUSES]) status?: SubscriptionStatus;
  @MayBeAbsent() @IsIn([...STATES]) state?: LineState;
  @MayBeAbsent() @BooleanParameter() autoRenew?: boolean;
  /** `YYYY-MM-DD`. */
  @MayBeAbsent() @CalendarDay() renewsBefore?: string;
  /** A part of the product's, subscription's, customer's or client's name or of the MPN, or the whole id. */
  @MayBeAbsent() @Line(200) search?: string;
  /** With a minus before it, the other way round. What has nothing there comes last. */
  @MayBeAbsent() @IsIn(LINES_SORTS) sort?: string;
}

export class AllSubscriptionsQuery extends SubscriptionsQuery {
  /** Of its tenants: a client's id means somebody else in another PSA instance. */
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
  @MayBeAbsent() @UuidField() tenantId?: string;
}

/** As for the list, without its parts: a file holds everything, by ids. */
export class ExportQuery implements LinesFilter {
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
  @MayBeAbsent() @UuidField() tenantId?: string;
  @MayBeAbsent() @Line(64) customerId?: string;
  @MayBeAbsent() @PsaId() clientId?: string;
  @MayBeAbsent() @IsIn([...STATUSES]) status?: SubscriptionStatus;
  @MayBeAbsent() @IsIn([...STATES]) state?: LineState;
  @MayBeAbsent() @BooleanParameter() autoRenew?: boolean;
  /** `YYYY-MM-DD`. */
  @MayBeAbsent() @CalendarDay() renewsBefore?: string;
  @MayBeAbsent() @Line(200) search?: string;
}

export class MoneyView {
  /** A decimal. */
  @IsString() amount: string;
  @IsString() currency: string;
}

export class ProductView {
  @Nullable() @IsString() manufacturer: string | null;
  @Nullable() @IsString() mpn: string | null;
  @Nullable() @IsString() name: string | null;
}

/** A product line of a subscription; one that has none, or was not read, is a row with `line` null. */
export class SubscriptionLineView {
  @UuidField() tenantId: string;
  @IsString() subscriptionId: string;
  @Nullable() @IsString() line: string | null;
  @IsString() customerId: string;
  /** Null while no look showed the customer. */
  @Nullable() @IsString() customerName: string | null;
  @Nullable() @IsString() clientId: string | null;
  @Nullable() @IsString() clientName: string | null;
  @Nested(() => ProductView) product: ProductView;
  @Nullable() @IsNumber() quantity: number | null;
  /** ISO 8601 duration. */
  @Nullable() @IsString() term: string | null;
  @Nullable() @IsString() billingPeriod: string | null;
  /** Per unit and billing period. */
  @Nullable() @Nested(() => MoneyView) unitCost: MoneyView | null;
  @Nullable() @Nested(() => MoneyView) unitPrice: MoneyView | null;
  @IsIn([...STATUSES]) status: SubscriptionStatus;
  @Nullable() @IsBoolean() autoRenew: boolean | null;
  @Nullable() @IsString() startDate: string | null;
  @Nullable() @IsString() renewalDate: string | null;
  @Nullable() @IsString() expirationDate: string | null;
  @Nullable() @UuidField() linkId: string | null;
  @Nullable() @IsString() licenceId: string | null;
  @IsIn([...STATES]) state: LineState;
  /** When its detail was read. */
  @Nullable() @IsISO8601() readAt: string | null;
}

/** Exactly one of `licenceId` and `createAnyway`. */
export class SetLink {
  @Line(64) subscriptionId: string;
  /** May be left out when the subscription has one. */
  @MayBeAbsent() @Line(500) line?: string;
  /** A licence that is there already. */
  @MayBeAbsent() @PsaId() licenceId?: string;
  /** The next import creates a licence, whatever resembles it. One that an import created, alive at the customer's client, is that licence. */
  @MayBeAbsent() @Equals(true) createAnyway?: true;
}

export class LinkView {
  @UuidField() id: string;
  @UuidField() tenantId: string;
  @IsString() subscriptionId: string;
  @IsString() line: string;
  @Nullable() @IsString() licenceId: string | null;
  @IsBoolean() createAnyway: boolean;
  @Nullable() @IsIn(['created', 'key', 'adopted', 'renewal']) origin: LinkOrigin | null;
  @IsISO8601() createdAt: string;
}

export function viewOfLink(link: Link): LinkView {
  return {
    id: link.id,
    tenantId: link.tenantId,
    subscriptionId: link.subscriptionId,
    line: link.line,
    licenceId: link.licenceId,
    createAnyway: link.createAnyway,
    origin: link.origin,
    createdAt: link.createdAt.toISOString(),
  };
}
