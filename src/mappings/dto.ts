import { Equals, IsArray, IsIn, IsInt, IsISO8601, IsString } from 'class-validator';
import { Nested, Nullable, UuidField } from '../http/dto.js';
import type { Mapping, MappingOrigin, MappingState } from '../../entities/index.js';
import { Line, MayBeAbsent, MayBeNull, PsaId } from '../http/fields.js';
import { PageQuery } from '../http/page.js';

export const MAPPING_STATES: readonly MappingState[] = ['mapped', 'suggested', 'ignored', 'ambiguous', 'broken'];
const ORIGINS: readonly MappingOrigin[] = ['name', 'key', 'manual', 'created'];

/**
 * What becomes of licences that are linked already: they stay linked where they are, or are left behind and made again at the new client. Those that
 * were left behind go on when a person maps their customer to their client again.
 */
export type LinkedLicences = 'leave' | 'recreate';

/** What a customer is: exactly one of `clientId`, `ignored` and `createClient`. */
export class SetMapping {
  @Line(64) customerId: string;
  @MayBeAbsent() @PsaId() clientId?: string;
  /** It is left out of all imports. */
  @MayBeAbsent() @Equals(true) ignored?: true;
  /** The next import creates a client for it, whatever resembles it. */
  @MayBeAbsent() @Equals(true) createClient?: true;
  @MayBeNull() @Line(2000) note?: string | null;
  /** Needed to change the mapping of a customer that has linked licences. */
  @MayBeAbsent() @IsIn(['leave', 'recreate']) licences?: LinkedLicences;
}

/** At most one of `clientId`, `ignored` and `createClient`. */
export class ChangeMapping {
  @MayBeAbsent() @PsaId() clientId?: string;
  @MayBeAbsent() @Equals(true) ignored?: true;
  @MayBeAbsent() @Equals(true) createClient?: true;
  @MayBeNull() @Line(2000) note?: string | null;
  @MayBeAbsent() @IsIn(['leave', 'recreate']) licences?: LinkedLicences;
}

export class RemoveMappingQuery {
  /** Needed when the customer has linked licences. */
  @MayBeAbsent() @IsIn(['leave', 'recreate']) licences?: LinkedLicences;
}

export class CustomersQuery extends PageQuery {
  /** `undecided` is all that nobody has said anything of yet, and what is broken: `unmapped`, `suggested`, `ambiguous`, `broken`. */
  @MayBeAbsent() @IsIn([...MAPPING_STATES, 'unmapped', 'undecided']) state?: MappingState | 'unmapped' | 'undecided';
  /** Those that are mapped to this client, or suggested to be it. */
  @MayBeAbsent() @PsaId() clientId?: string;
  /** `state` has first what waits for a person: unmapped, ambiguous, broken, suggested; then by name. */
  @MayBeAbsent() @IsIn(['name', 'state', 'subscriptions']) sort?: 'name' | 'state' | 'subscriptions';
  /** A part of the name, or the whole id. */
  @MayBeAbsent() @Line(200) search?: string;
}

export class MappingOfCustomer {
  @UuidField() id: string;
  @IsIn([...MAPPING_STATES]) state: MappingState;
  /** Null with state `mapped`: the next import creates it. */
  @Nullable() @IsString() clientId: string | null;
  @Nullable() @IsString() clientName: string | null;
  @Nullable() @IsIn([...ORIGINS]) origin: MappingOrigin | null;
  /** Clients that a suggested or ambiguous customer may be. */
  @IsArray() @IsString({ each: true }) candidates: string[];
  @Nullable() @IsString() note: string | null;
}

export class CustomerView {
  @IsString() customerId: string;
  @IsString() name: string;
  @IsString() status: string;
  /** Those that have not ended. */
  @IsInt() subscriptions: number;
  @Nullable() @Nested(() => MappingOfCustomer) mapping: MappingOfCustomer | null;
}

export class MappingView extends MappingOfCustomer {
  @UuidField() tenantId: string;
  @IsString() customerId: string;
  @IsISO8601() createdAt: string;
  @IsISO8601() updatedAt: string;
}

/** How many customers ended up how. */
export class GeneratedMappings {
  @IsInt() mapped: number;
  @IsInt() suggested: number;
  @IsInt() ambiguous: number;
  @IsInt() unmatched: number;
}

export function mappingOfCustomer({
  id,
  state,
  clientId,
  clientName,
  origin,
  candidates,
  note,
}: Mapping): Pick<MappingOfCustomer, keyof MappingOfCustomer> {
  return { id, state, clientId, clientName, origin, candidates, note };
}

export function viewOfMapping(mapping: Mapping): MappingView {
  return {
    ...mappingOfCustomer(mapping),
    tenantId: mapping.tenantId,
    customerId: mapping.customerId,
    createdAt: mapping.createdAt.toISOString(),
    updatedAt: mapping.updatedAt.toISOString(),
  };
}
