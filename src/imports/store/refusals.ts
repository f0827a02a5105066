import type { AuditAction } from '../../../entities/index.js';
import { INTEGRATOR } from '../../auth/audit/actor.js';
import { REFUSALS_BEFORE_PAUSE } from '../../integrator/pause.js';
import type { Query } from './query.js';

export type Vendor = 'marketplace' | 'psa';

const IN_A_ROW = `refused the credentials of ${REFUSALS_BEFORE_PAUSE} imports in a row`;

/** Why the integrator leaves a tenant alone, and what to do, as sentences. */
const WHY: Record<Vendor, string> = {
  marketplace: `The marketplace ${IN_A_ROW}. Correct the tenant's user, password or subscription key; verifying it, or an import that succeeds, ends the pause.`,
  psa: `HaloPSA ${IN_A_ROW}. Enter the client id and secret of the PSA instance again; that, verifying it, or an import that succeeds ends the pause.`,
};

/** The vendor for whose refusals a tenant was paused, by what it says; null for a pause that a person made. */
export function vendorOfPause(pausedWhy: string | null): Vendor | null {
  if (pausedWhy?.startsWith(`HaloPSA ${IN_A_ROW}`)) return 'psa';
  return pausedWhy?.startsWith(`The marketplace ${IN_A_ROW}`) ? 'marketplace' : null;
}

/** The line of the audit trail for a pause that nobody asked for, or its end: the integrator's, of a tenant's row as it is now. */
function noted(action: AuditAction): string {
  return `INSERT INTO audit (psa_instance_id, actor_kind, actor_name, action, entity, entity_id, after)
    SELECT psa_instance_id, 'integrator', '${INTEGRATOR.name}', '${action}', 'tenant', id::text, jsonb_build_object('pausedAt', paused_at, 'pausedWhy', paused_why)`;
}

/**
 * Counts an import that ended because a vendor refused the credentials. After so many in a row the integrator leaves the tenant
 * alone. While a person has paused it nothing is counted: that pause is theirs to end.
 */
export async function countRefusal(query: Query, tenantId: string, vendor: Vendor): Promise<void> {
  await query(
    `WITH counted AS (
       UPDATE tenants SET refusals = refusals + 1,
         paused_why = CASE WHEN refusals + 1 = $2 THEN $3 ELSE paused_why END,
         paused_at = CASE WHEN refusals + 1 = $2 THEN clock_timestamp() ELSE paused_at END
       WHERE id = $1 AND (paused_at IS NULL OR refusals >= $2) RETURNING *
     ) ${noted('pause')} FROM counted WHERE refusals = $2`,
    [tenantId, REFUSALS_BEFORE_PAUSE, WHY[vendor]],
  );
}

/** The credentials were seen to work: a pause for their sake is over. Nothing is written where no refusal was counted. */
export async function credentialsWorked(query: Query, tenantId: string): Promise<void> {
  await query(
    `WITH were AS (SELECT id, refusals FROM tenants WHERE id = $1 AND refusals > 0 FOR UPDATE),
     ended AS (
       UPDATE tenants SET refusals = 0, paused_at = CASE WHEN were.refusals >= $2 THEN NULL ELSE paused_at END,
         paused_why = CASE WHEN were.refusals >= $2 THEN NULL ELSE paused_why END
       FROM were WHERE tenants.id = were.id RETURNING tenants.*, were.refusals AS refused
     ) ${noted('resume')} FROM ended WHERE refused >= $2`,
    [tenantId, REFUSALS_BEFORE_PAUSE],
  );
}
