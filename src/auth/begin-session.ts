import type { EntityManager } from 'typeorm';
import { record } from './audit/record.js';
import { type NewSession, SessionStore } from './session-store.js';

/**
 * Signs somebody in: ends what sessions their browser brought along, so that nothing planted there is worth anything, begins a new one
 * and notes it.
 * @param before What the browser's cookies hold.
 * @returns What the new cookie is to hold; it is nowhere else.
 */
export async function beginSession(manager: EntityManager, wanted: NewSession, before: readonly string[]): Promise<string> {
  const sessions = new SessionStore({ manager });
  for (const value of before) await sessions.endByValue(value);
  const { value, id } = await sessions.begin(wanted);
  const { via, name } = wanted;
  const [psaInstanceId, agentId] = via === 'embed' ? [wanted.psaInstanceId, wanted.agentId] : [null, null];
  const actor = { kind: 'person' as const, id: agentId ?? id, name };
  await record(manager, actor, { action: 'sign_in', entity: 'session', entityId: id, psaInstanceId }, { after: { via, name, agentId } });
  return value;
}
