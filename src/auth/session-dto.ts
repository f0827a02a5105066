import { IsBoolean, IsIn, IsISO8601, IsString } from 'class-validator';
import { Nullable, UuidField } from '../http/dto.js';
import { MayBeAbsent } from '../http/fields.js';
import { PageQuery } from '../http/page.js';
import type { Caller } from './caller.js';
import type { OpenSession } from './session-store.js';

const VIA: Caller['via'][] = ['link', 'embed', 'token'];
const ROLES: Caller['role'][] = ['owner', 'admin', 'operator', 'viewer'];

/** Who the caller is. */
export class SessionView {
  @IsIn(VIA) via: Caller['via'];
  @IsString() name: string;
  @IsIn(ROLES) role: Caller['role'];
  @Nullable() @UuidField() psaInstanceId: string | null;
  @Nullable() @IsString() agentId: string | null;
  @IsISO8601() startedAt: string;
  /** When it ends if it is not used before. */
  @Nullable() @IsISO8601() expiresAt: string | null;
  /** When it ends however much it is used. */
  @Nullable() @IsISO8601() endsAt: string | null;
  /** False for sessions from within Halo: credentials, secrets, roles and tokens are closed to them. */
  @IsBoolean() sensitive: boolean;
}

/** A session in the list. The value that its cookie holds is kept nowhere. */
export class ListedSession extends SessionView {
  @UuidField() id: string;
  @IsISO8601() lastUsedAt: string;
}

export class SessionsQuery extends PageQuery {
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
}

export function viewOfCaller(caller: Caller): Pick<SessionView, keyof SessionView> {
  const { via, name, role, psaInstanceId, agentId, sensitive } = caller;
  return {
    via,
    name,
    role,
    psaInstanceId,
    agentId,
    startedAt: caller.startedAt.toISOString(),
    expiresAt: caller.expiresAt?.toISOString() ?? null,
    endsAt: caller.endsAt?.toISOString() ?? null,
    sensitive,
  };
}

export function viewOfSession(session: OpenSession): Pick<ListedSession, keyof ListedSession> {
  return { ...viewOfCaller(session), id: session.id, lastUsedAt: session.seenAt.toISOString() };
}
