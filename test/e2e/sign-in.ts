import type { BrowserContext } from 'playwright-core';
import type { Role } from '../../entities/index.js';
import { SessionStore } from '../../src/auth/session-store.js';
import { SignInLinks } from '../../src/auth/sign-in-links.js';
import type { Installation } from './installation.js';

/** Somebody who came in from Halo, and what they were granted there. */
export interface AgentOf {
  psaInstanceId: string;
  role: Exclude<Role, 'owner'>;
}

let agents = 0;

/** Signs a browser in: as an owner with a one-time link, as people do; or with a session as Halo's tab begins it. */
export async function signIn(context: BrowserContext, { service, url, database }: Installation, as?: AgentOf): Promise<void> {
  if (as === undefined) {
    const page = await context.newPage();
    await page.goto(await new SignInLinks(service.services.dataSource).create(url));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await page.close();
    return;
  }
  const agentId = String(++agents);
  const { psaInstanceId, role } = as;
  await database.dataSource.query('INSERT INTO agents (psa_instance_id, agent_id, name, role) VALUES ($1, $2, $3, $4)', [
    psaInstanceId,
    agentId,
    'Sam Taylor',
    role,
  ]);
  const { value } = await new SessionStore(database.dataSource).begin({ via: 'embed', name: 'Sam Taylor', psaInstanceId, agentId });
  await context.addCookies([{ name: 'isthmus', value, url, httpOnly: true, sameSite: 'Lax' }]);
}
