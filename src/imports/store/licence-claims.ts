import { LATE_SECONDS } from './stragglers.js';
import { execute, type Query } from './query.js';

/** A create of a licence that is to go out. */
export interface KeyedCreate {
  /** Of its change. */
  id: string;
  /** What the licence will carry in `snowid`. */
  key: string;
}

const KEPT = `interval '7 days'`;

/** When the create that a claim was made for was over; null while it is open. */
const ENDED_AT = `coalesce((SELECT settled_at FROM changes WHERE changes.id = claim.change_id), (SELECT finished_at FROM imports WHERE imports.id = claim.import_id))`;

/** Forgets claims that nobody needs any more. */
export async function forgetOldClaims(query: Query, psaInstanceId: string): Promise<void> {
  await query(
    `DELETE FROM licence_claims WHERE (psa_instance_id, key) IN (
       SELECT psa_instance_id, key FROM licence_claims AS claim WHERE psa_instance_id = $1 AND ${ENDED_AT} < now() - ${KEPT} FOR UPDATE SKIP LOCKED)`,
    [psaInstanceId],
  );
}

/**
 * Claims the keys of licences that an import is about to create, notes the changes whose keys it got as sent, and gives them. Another tenant
 * that is connected to the same marketplace account keeps a key while its own create is open, and for as long as the look that this import planned
 * from may have missed what came of it. A process of an earlier version goes by `ended_at`, so that of a claim that is made again is taken away.
 */
export async function noteKeyedSent(
  query: Query,
  { psaInstanceId, tenantId, importId }: { psaInstanceId: string; tenantId: string; importId: string },
  creates: readonly KeyedCreate[],
): Promise<Set<string>> {
  // In one order, so that two who claim the same keys wait for each other in turn.
  const sorted = creates.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const claimed = await execute<{ id: string }>(
    query,
    `WITH claimed AS (INSERT INTO licence_claims AS claim (psa_instance_id, key, tenant_id, import_id, change_id)
     SELECT $1, wanted.key, $2, $3, wanted.change_id FROM unnest($4::text[], $5::uuid[]) WITH ORDINALITY AS wanted(key, change_id, place) ORDER BY place
     ON CONFLICT (psa_instance_id, key) DO UPDATE SET tenant_id = excluded.tenant_id, import_id = excluded.import_id, change_id = excluded.change_id, ended_at = NULL
     WHERE claim.tenant_id = excluded.tenant_id
       OR coalesce(${ENDED_AT}, 'infinity') + make_interval(secs => $6)
          <= (SELECT started_at FROM imports WHERE id = excluded.import_id)
     RETURNING change_id)
     UPDATE changes SET state = 'sent', sent_at = now() FROM claimed WHERE changes.id = claimed.change_id RETURNING changes.id`,
    [psaInstanceId, tenantId, importId, sorted.map(({ key }) => key), sorted.map(({ id }) => id), LATE_SECONDS],
  );
  return new Set(claimed.map(({ id }) => id));
}
