import { REFUSALS_BEFORE_PAUSE } from '../../integrator/pause.js';
import type { Query } from './query.js';

export type Vendor = 'marketplace' | 'psa';

const IN_A_ROW = `refused the credentials of ${REFUSALS_BEFORE_PAUSE} imports in a row`;

/** Why the integrator leaves a tenant alone, and what to do, as sentences. */
const WHY: Record<Vendor, string> = {
  marketplace: `The marketplace ${IN_A_ROW}. Correct the tenant's user, password or subscription key; verifying it, or an import that succeeds, ends the pause.`,
  psa: `HaloPSA ${IN_A_ROW}. Correct the client id and secret of the PSA instance; an import that succeeds ends the pause.`,
};

/**
 * Counts an import that ended because a vendor refused the credentials. After so many in a row the integrator leaves the tenant
 * alone. While a person has paused it nothing is counted: that pause is theirs to end.
 */
export async function countRefusal(query: Query, tenantId: string, vendor: Vendor): Promise<void> {
  await query(
    `UPDATE tenants SET refusals = refusals + 1,
       paused_why = CASE WHEN refusals + 1 = $2 THEN $3 ELSE paused_why END,
       paused_at = CASE WHEN refusals + 1 = $2 THEN clock_timestamp() ELSE paused_at END
     WHERE id = $1 AND (paused_at IS NULL OR refusals >= $2)`,
    [tenantId, REFUSALS_BEFORE_PAUSE, WHY[vendor]],
  );
}

/** The credentials were seen to work: a pause for their sake is over. Nothing is written where no refusal was counted. */
export async function credentialsWorked(query: Query, tenantId: string): Promise<void> {
  await query(
    `UPDATE tenants SET refusals = 0, paused_at = CASE WHEN refusals >= $2 THEN NULL ELSE paused_at END,
       paused_why = CASE WHEN refusals >= $2 THEN NULL ELSE paused_why END
     WHERE id = $1 AND refusals > 0`,
    [tenantId, REFUSALS_BEFORE_PAUSE],
  );
}
