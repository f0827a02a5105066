import { And, type DataSource, type FindOptionsWhere, LessThan, MoreThanOrEqual } from 'typeorm';
import { type ActorKind, type AuditAction, type AuditEntity, AuditLine } from '../../../entities/index.js';
import { type Caller, requireSight, withinSight } from '../caller.js';
import type { AuditQuery } from './audit-dto.js';

/** Lines of the audit trail, newest first, and how many there are: of the caller's PSA instance, or all for an owner. */
export function listAudit({ manager }: DataSource, caller: Caller, query: AuditQuery): Promise<[AuditLine[], number]> {
  const { psaInstanceId, actor, action, entity, entityId, from, to } = query;
  if (psaInstanceId !== undefined) requireSight(caller, psaInstanceId, 'That PSA instance');
  const moments = [...(from ? [MoreThanOrEqual(from)] : []), ...(to ? [LessThan(to)] : [])];
  const rest: FindOptionsWhere<AuditLine> = {
    ...(psaInstanceId === undefined ? withinSight(caller) : { psaInstanceId }),
    ...(action === undefined ? {} : { action: action as AuditAction }),
    ...(entity === undefined ? {} : { entity: entity as AuditEntity }),
    ...(entityId === undefined ? {} : { entityId }),
    ...(moments.length === 0 ? {} : { at: And(...moments) }),
  };
  const by: FindOptionsWhere<AuditLine>[] =
    actor === undefined ? [{}] : [{ actorKind: actor as ActorKind }, { actorId: actor }, { actorName: actor }];
  return manager.findAndCount(AuditLine, {
    where: by.map((one) => ({ ...rest, ...one })),
    order: { id: 'DESC' },
    skip: query.offset,
    take: query.limit,
  });
}
