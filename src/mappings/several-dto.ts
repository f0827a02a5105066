import { ArrayMaxSize, ArrayMinSize, ArrayUnique, Equals, IsArray, IsIn, IsInt, IsString, IsUUID, Length, Matches } from 'class-validator';
import { NestedList } from '../http/dto.js';
import { Line, MayBeAbsent, MayBeNull, PsaId } from '../http/fields.js';
import type { HttpProblem } from '../http/problem.js';
import { type LinkedLicences, MappingView } from './dto.js';

/** How many customers one request may be about. */
const MOST = 500;

/** A client as it was shown to be suggested for a customer. */
export class SeenSuggestion {
  @Line(64) customerId: string;
  @PsaId() clientId: string;
}

/** Says the same of several customers: exactly one of `clientId`, `suggested`, `ignored` and `createClient`. */
export class SetSeveralMappings {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST)
  @ArrayUnique()
  @Length(1, 64, { each: true })
  @Matches(/^\P{Cc}*$/u, { each: true })
  customerIds: string[];
  @MayBeAbsent() @PsaId() clientId?: string;
  /** Each is the client that was suggested for it. */
  @MayBeAbsent() @Equals(true) suggested?: true;
  /** With `suggested`, what somebody saw suggested: where it is anything else by now, nothing is done. */
  @MayBeAbsent() @IsArray() @ArrayMaxSize(MOST) @NestedList(() => SeenSuggestion) suggestions?: SeenSuggestion[];
  @MayBeAbsent() @Equals(true) ignored?: true;
  @MayBeAbsent() @Equals(true) createClient?: true;
  @MayBeNull() @Line(2000) note?: string | null;
  /** Needed to change the mappings of customers that have linked licences. */
  @MayBeAbsent() @IsIn(['leave', 'recreate']) licences?: LinkedLicences;
}

export class RefusedMapping {
  @IsString() customerId: string;
  /** Why, as a sentence. */
  @IsString() detail: string;
  /** How many licences stand in the way, for which `licences` must say what becomes of them. */
  @MayBeAbsent() @IsInt() linkedLicences?: number;
}

/** A refusal of one among several. */
export function refusedMapping(customerId: string, { message, extra }: HttpProblem): RefusedMapping {
  const { linkedLicences } = extra;
  return { customerId, detail: message, ...(typeof linkedLicences === 'number' ? { linkedLicences } : {}) };
}

export class SeveralMappings {
  @NestedList(() => MappingView) mappings: MappingView[];
  /** Customers that could not be mapped so; the others were. */
  @NestedList(() => RefusedMapping) refused: RefusedMapping[];
}

/** Mappings whose last step is to be taken back. */
export class TakeBack {
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(MOST) @ArrayUnique() @IsUUID(undefined, { each: true }) mappingIds: string[];
  /** Needed where licences were linked since. */
  @MayBeAbsent() @IsIn(['leave', 'recreate']) licences?: LinkedLicences;
}

export class TakenBack {
  /** How many are as they were before. */
  @IsInt() done: number;
  @NestedList(() => RefusedMapping) refused: RefusedMapping[];
}
