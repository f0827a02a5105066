import type { DataSource } from 'typeorm';
import { Session } from '../../entities/index.js';
import { actorOf } from './audit/actor.js';
import { record } from './audit/record.js';
import type { Caller } from './caller.js';
import { SessionStore } from './session-store.js';

/**
 * Ends a session: the caller's own, or somebody else's. False when there is none of that id (within that PSA instance, if one is
 * given). One that is over already stays so, and nothing is noted.
 */
export function endSession(dataSource: DataSource, caller: Caller, id: string, where: { psaInstanceId?: string } = {}): Promise<boolean> {
  return dataSource.transaction(async (manager) => {
    const session = await manager.findOne(Session, { where: { id, ...where }, lock: { mode: 'pessimistic_write' } });
    if (!session) return false;
    if (session.endedAt !== null) return true;
    await new SessionStore({ manager }).end(id);
    const { psaInstanceId, via, name, agentId } = session;
    const action = caller.id === id ? 'sign_out' : 'end';
    await record(manager, actorOf(caller), { action, entity: 'session', entityId: id, psaInstanceId }, { before: { via, name, agentId } });
    return true;
  });
}
