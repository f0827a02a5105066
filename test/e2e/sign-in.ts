import type { BrowserContext } from 'playwright-core';
import type { Role } from '../../entities/index.js';
import type { Installation } from './installation.js';

/** Lets a browser's calls carry a token, and tells the page who it is. */
export async function signIn(
  context: BrowserContext,
  installation: Installation,
  as?: { role: Role; psaInstanceId: string },
): Promise<void> {
  const token = as ? await installation.tokenOf(as.role, as.psaInstanceId) : installation.token;
  const { role, psaInstanceId } = as ?? { role: 'owner', psaInstanceId: null };
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await context.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
  await context.route('**/api/v1/session', (route) =>
    route.fulfill({
      json: {
        via: 'link',
        name: 'Alex Morgan',
        role,
        psaInstanceId,
        agentId: null,
        startedAt: new Date().toISOString(),
        expiresAt: later,
        endsAt: later,
        sensitive: true,
      },
    }),
  );
}
