import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsString,
  IsUUID,
  Matches,
} from 'class-validator';
import type { ChangeAction, ChangeEntity, ChangeState, ImportEntity, ImportState, Skip, SkipReason } from '../../entities/index.js';
import { NestedList, Nullable, UuidField } from '../http/dto.js';
import { Line, MayBeAbsent, PsaId } from '../http/fields.js';
import { PageQuery } from '../http/page.js';
import { type Decision, DECISIONS } from './decisions.js';
import { IMPORT_STATES } from './import-view.js';
import type { ShownChange } from './list-changes.js';
import type { CustomerNames } from './names.js';

const CHANGE_ENTITIES: readonly ChangeEntity[] = ['client', 'site', 'licence'];
const CHANGE_ACTIONS: readonly ChangeAction[] = ['create', 'link', 'update', 'rekey', 'deactivate', 'reactivate'];
const CHANGE_STATES: readonly ChangeState[] = ['planned', 'held', 'sent', 'applied', 'failed', 'superseded'];
const SKIP_REASONS = Object.keys({
  no_product: true,
  unmapped_customer: true,
  suggested_customer: true,
  ambiguous_customer: true,
  broken_mapping: true,
  ignored: true,
  trial: true,
  pending: true,
  ended: true,
  unknown_term: true,
  unknown_customer: true,
  invalid: true,
  fractional: true,
  already_in_psa: true,
  duplicate_key: true,
  deleted_in_psa: true,
  successor: true,
  does_not_stick: true,
  client_failed: true,
} satisfies Record<SkipReason, true>);

/** What to import. With neither `customerId` nor `clientId`, all customers. */
export class StartImport {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(2)
  @ArrayUnique()
  @IsIn(['customers', 'subscriptions'], { each: true })
  entities: ImportEntity[];
  @MayBeAbsent() @Line(64) customerId?: string;
  /** The customers that are mapped to this client. */
  @MayBeAbsent() @PsaId() clientId?: string;
  /** Only say what would be done. */
  @MayBeAbsent() @IsBoolean() preview?: boolean;
  /** Read everything from the marketplace again, and not only what shows signs of change or was not read for a day: a call for each subscription. */
  @MayBeAbsent() @IsBoolean() readEverything?: boolean;
}

/** A person's word on held changes. */
export class ApproveImport {
  /** The import's `digest`, as it came with the held changes that were read. */
  @Matches(/^[\da-f]{64}$/, { message: '$property must be the digest of the import, 64 hexadecimal digits' }) digest: string;
  /** Only these; all when left out. */
  @MayBeAbsent() @IsArray() @ArrayMinSize(1) @ArrayUnique() @ArrayMaxSize(100_000) @IsUUID(undefined, { each: true }) changeIds?: string[];
}

export class ImportsQuery extends PageQuery {
  @MayBeAbsent() @UuidField() tenantId?: string;
  @MayBeAbsent() @IsIn([...IMPORT_STATES]) state?: ImportState;
}

export class ChangesQuery extends PageQuery {
  @MayBeAbsent() @IsIn([...CHANGE_ENTITIES]) entity?: ChangeEntity;
  @MayBeAbsent() @IsIn([...CHANGE_ACTIONS]) action?: ChangeAction;
  @MayBeAbsent() @IsIn([...CHANGE_STATES]) state?: ChangeState;
}

export class SkipsQuery extends PageQuery {
  @MayBeAbsent() @IsIn(SKIP_REASONS) reason?: SkipReason;
}

export class ChangeView {
  @UuidField() id: string;
  @IsIn([...CHANGE_ENTITIES]) entity: ChangeEntity;
  @IsIn([...CHANGE_ACTIONS]) action: ChangeAction;
  @Nullable() @IsString() customerId: string | null;
  @MayBeAbsent() @IsString() customerName?: string;
  @MayBeAbsent() @IsString() subscriptionId?: string;
  @MayBeAbsent() @IsString() line?: string;
  @MayBeAbsent() @IsString() psaId?: string;
  /** The fields that change, as the PSA showed them; null for a create. */
  @Nullable() @IsObject() before: Record<string, unknown> | null;
  /** As planned, and once settled as the PSA shows it. */
  @IsObject() after: Record<string, unknown>;
  @IsIn([...CHANGE_STATES]) state: ChangeState;
  @MayBeAbsent() @IsString() message?: string;
  @Nullable() @IsISO8601() settledAt: string | null;
}

export class SkipView {
  @IsIn(['customer', 'subscription']) entity: 'customer' | 'subscription';
  @IsString() marketplaceId: string;
  /** Whose it is, as far as that is known. */
  @MayBeAbsent() @IsString() customerId?: string;
  @MayBeAbsent() @IsString() customerName?: string;
  @MayBeAbsent() @IsString() line?: string;
  @MayBeAbsent() @IsString() psaId?: string;
  @IsIn(SKIP_REASONS) reason: SkipReason;
  @IsString() detail: string;
  /** What was decided about it since, which the next import goes by. */
  @MayBeAbsent() @IsIn([...DECISIONS]) decided?: Decision;
}

/** How much an import left alone for one reason. */
export class SkipReasonCount {
  @IsIn(SKIP_REASONS) reason: SkipReason;
  @IsInt() count: number;
}

export class SkipReasons {
  @IsArray() @NestedList(() => SkipReasonCount) reasons: SkipReasonCount[];
}

export function viewOfChange(change: ShownChange): ChangeView {
  const { id, entity, action, customerId, customerName, before, after, state } = change;
  return {
    id,
    entity,
    action,
    customerId,
    ...(customerName === null ? {} : { customerName }),
    ...(change.subscriptionId === null ? {} : { subscriptionId: change.subscriptionId }),
    ...(change.line === null ? {} : { line: change.line }),
    ...(change.psaId === null ? {} : { psaId: change.psaId }),
    before,
    after,
    state,
    ...(change.message === null ? {} : { message: change.message }),
    settledAt: change.settledAt?.toISOString() ?? null,
  };
}

export function viewOfSkip(skip: Skip, names: CustomerNames, decided: Decision | undefined): SkipView {
  const { entity, marketplaceId, line, psaId, reason, detail } = skip;
  const customerId = names.customerOf(skip);
  const customerName = entity === 'customer' ? names.ofCustomer(marketplaceId) : names.ofSubscription(marketplaceId);
  return {
    entity,
    marketplaceId,
    ...(customerId === undefined ? {} : { customerId }),
    ...(customerName === undefined ? {} : { customerName }),
    ...(line === null ? {} : { line }),
    ...(psaId === null ? {} : { psaId }),
    reason,
    detail,
    ...(decided === undefined ? {} : { decided }),
  };
}
