import { IsArray, IsInt, IsString } from 'class-validator';
import { NestedList, UuidField } from './dto.js';
import { MayBeAbsent } from './fields.js';

export class ProblemFault {
  @IsString() pointer: string;
  @IsString() message: string;
}

/** RFC 9457, as every error is answered. */
export class Problem {
  @IsString() type: string;
  @IsString() title: string;
  @IsInt() status: number;
  @IsString() detail: string;
  @IsString() instance: string;
  @UuidField() errorId: string;
  @MayBeAbsent() @IsArray() @NestedList(() => ProblemFault) errors?: ProblemFault[];
}
