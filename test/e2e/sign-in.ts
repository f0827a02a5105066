import type { BrowserContext } from 'playwright-core';
import type { Role } from '../../entities/index.js';
import { type NewSession, SessionStore } from '../../src/auth/session-store.js';
import type { TestDatabase } from '../support/database.js';
import type { Installation } from './installation.js';

/** Somebody who came in from Halo, and what they were granted there. */
export interface AgentOf {
  psaInstanceId: string;
  role: Exclude<Role, 'owner'>;
}

let agents = 0;

/** Signs a browser in with a session as a one-time link begins it for an owner, and Halo's tab for an agent. */
export async function signIn(context: BrowserContext, { url, database }: Installation, as?: AgentOf): Promise<void> {
  const sessions = new SessionStore(database.dataSource);
  const begun = as ? await sessions.begin(await arrived(database, as)) : await sessions.begin({ via: 'link', name: 'Owner' });
  await context.addCookies([{ name: 'isthmus', value: begun.value, url, httpOnly: true, sameSite: 'Lax' }]);
}

async function arrived({ dataSource }: TestDatabase, { psaInstanceId, role }: AgentOf): Promise<NewSession> {
  const agentId = String(++agents);
  const name = 'Sam Taylor';
  await dataSource.query('INSERT INTO agents (psa_instance_id, agent_id, name, role) VALUES ($1, $2, $3, $4)', [
    psaInstanceId,
    agentId,
    name,
    role,
  ]);
  return { via: 'embed', name, psaInstanceId, agentId };
}
