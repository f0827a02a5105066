import { IsIn, IsISO8601, IsObject, IsString } from 'class-validator';
import type { ActorKind, AuditAction, AuditEntity, AuditLine } from '../../../entities/index.js';
import { MomentParameter, Nested, Nullable, UuidField } from '../../http/dto.js';
import { Line, MayBeAbsent } from '../../http/fields.js';
import { PageQuery } from '../../http/page.js';

const ACTORS: readonly ActorKind[] = ['person', 'token', 'webhook', 'integrator', 'command_line'];

export class AuditQuery extends PageQuery {
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
  /** The kind, the id or the whole name of whoever did it. */
  @MayBeAbsent() @Line(320) actor?: string;
  /** What was done, `change`, say. */
  @MayBeAbsent() @Line(16) action?: string;
  /** What it was done to, `tenant`, say. */
  @MayBeAbsent() @Line(24) entity?: string;
  @MayBeAbsent() @Line(200) entityId?: string;
  @MayBeAbsent() @MomentParameter() from?: Date;
  /** Before this moment. */
  @MayBeAbsent() @MomentParameter() to?: Date;
}

export class AuditActor {
  @IsIn([...ACTORS]) kind: ActorKind;
  @Nullable() @IsString() id: string | null;
  /** What they were called then. */
  @IsString() name: string;
}

/** Who did what to which record. */
export class AuditView {
  @IsString() id: string;
  @IsISO8601() at: string;
  /** Null for what concerns the whole installation. */
  @Nullable() @UuidField() psaInstanceId: string | null;
  @Nested(() => AuditActor) actor: AuditActor;
  @IsString() action: AuditAction;
  @IsString() entity: AuditEntity;
  @Nullable() @IsString() entityId: string | null;
  /** As in the log. */
  @Nullable() @UuidField() requestId: string | null;
  /** Only what differs; of secrets only when they were set. */
  @Nullable() @IsObject() before: object | null;
  @Nullable() @IsObject() after: object | null;
}

export function viewOfAuditLine(line: AuditLine): AuditView {
  return {
    id: line.id,
    at: line.at.toISOString(),
    psaInstanceId: line.psaInstanceId,
    actor: { kind: line.actorKind, id: line.actorId, name: line.actorName },
    action: line.action,
    entity: line.entity,
    entityId: line.entityId,
    requestId: line.requestId,
    before: line.before,
    after: line.after,
  };
}
