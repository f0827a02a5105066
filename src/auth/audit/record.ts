import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { type AuditAction, type AuditEntity, AuditLine } from '../../../entities/index.js';
import { logFields } from '../../observability/log-context.js';
import type { Actor } from './actor.js';

/** What was done to which record. */
export interface Done {
  action: AuditAction;
  entity: AuditEntity;
  entityId: string | null;
  /** Null for what concerns the installation as a whole. */
  psaInstanceId: string | null;
}

/** What a record showed, as far as people may read it: never a secret, though when one was set. */
export interface Facts {
  before?: object | null;
  after?: object | null;
}

/**
 * Notes what somebody did, in the transaction that does it: both are there, or neither. All that changes something on a person's, a
 * program's or the schedule's behalf calls this or `recordChange`.
 */
export async function record(manager: EntityManager, actor: Actor, done: Done, facts: Facts = {}): Promise<void> {
  const { action, entity, entityId, psaInstanceId } = done;
  await manager.insert(AuditLine, {
    psaInstanceId,
    actorKind: actor.kind,
    actorId: actor.id,
    actorName: actor.name,
    action,
    entity,
    entityId,
    requestId: logFields().requestId ?? null,
    before: facts.before ?? null,
    after: facts.after ?? null,
  });
}

/** Notes a change with the fields that differ; nothing when none does, as when a request is repeated. */
export async function recordChange(manager: EntityManager, actor: Actor, done: Done, before: object, after: object): Promise<void> {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !isDeepStrictEqual(was[name], is[name]));
  if (names.length === 0) return;
  const only = (fields: Record<string, unknown>): object => Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
  await record(manager, actor, done, { before: only(was), after: only(is) });
}

/** As JSON keeps them, so that what is only held differently does not count as a change. */
function fieldsOf(facts: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(facts)) as Record<string, unknown>;
}
