import { actorOf } from '../auth/audit/actor.js';
import type { Caller } from '../auth/caller.js';
import { HttpProblem, Unprocessable } from '../http/problem.js';
import { ImportFailure } from '../imports/failure.js';
import { type GeneratedMappings, generateMappings } from '../imports/generate-mappings.js';
import type { Services } from '../services.js';
import { psaInstanceOf, visibleTenant } from '../tenants/tenant-access.js';

/** How long someone waits for both sides to be looked at, in milliseconds. */
const PATIENCE_MS = 110_000;

/** Matches a tenant's customers by the rules of an import. */
export async function generate(services: Services, caller: Caller, tenantId: string): Promise<GeneratedMappings> {
  const { manager } = services.dataSource;
  const tenant = await visibleTenant(manager, caller, tenantId);
  const instance = await psaInstanceOf(manager, tenant.psaInstanceId);
  const actor = actorOf(caller);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await generateMappings(services, tenant, instance, actor, patience);
  } catch (error) {
    if (patience.aborted)
      throw new HttpProblem(
        504,
        'upstream-timeout',
        'The other side did not answer in time',
        'Reading all customers and clients took too long. An import does the same in the background.',
      );
    if (!(error instanceof ImportFailure)) throw error;
    const extra = { reason: error.code, actor: error.actor };
    throw error.actor === 'configuration'
      ? new Unprocessable(error.message, extra)
      : new HttpProblem(502, 'upstream-bad-answer', 'The other side did not answer as it should', error.message, extra);
  }
}
