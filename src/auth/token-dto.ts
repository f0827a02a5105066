import { IsDate, IsIn, IsISO8601, IsString, Length, MinDate } from 'class-validator';
import { Type } from 'class-transformer';
import type { ApiToken, Role } from '../../entities/index.js';
import { Nullable, UuidField } from '../http/dto.js';
import { MayBeAbsent } from '../http/fields.js';
import { PageQuery } from '../http/page.js';

const GIVEN_BY_API: Role[] = ['admin', 'operator', 'viewer'];

export class CreateToken {
  @IsString() @Length(1, 200) name: string;
  /** Owners are made by the command line only. */
  @IsIn(GIVEN_BY_API) role: 'admin' | 'operator' | 'viewer';
  /** An owner must name it; for others it is their own. */
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
  @MayBeAbsent()
  @Type(() => Date)
  @IsDate()
  @MinDate(() => new Date(), { message: 'expiresAt must be in the future' })
  expiresAt?: Date;
}

export class TokenQuery extends PageQuery {
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
}

/** A token without its value, which is shown once. */
export class TokenView {
  @UuidField() id: string;
  @Nullable() @UuidField() psaInstanceId: string | null;
  @IsIn(['owner', ...GIVEN_BY_API]) role: Role;
  @IsString() name: string;
  @IsISO8601() createdAt: string;
  @Nullable() @IsISO8601() lastUsedAt: string | null;
  @Nullable() @IsISO8601() expiresAt: string | null;
}

export class CreatedToken extends TokenView {
  /** The token itself: shown now and never again. */
  @IsString() token: string;
}

export function viewOfToken(token: ApiToken): TokenView {
  return {
    id: token.id,
    psaInstanceId: token.psaInstanceId,
    role: token.role,
    name: token.name,
    createdAt: token.createdAt.toISOString(),
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  };
}
