import { LATE_SECONDS } from './stragglers.js';
import { execute, type Query } from './query.js';

/** A create of a licence that is to go out. */
export interface KeyedCreate {
  /** Of its change. */
  id: string;
  /** What the licence will carry in `snowid`. */
  key: string;
  customerId: string;
  /** Where it is to be. */
  clientId: string;
  subscriptionId: string;
  line: string;
}

/** What became of creates that were to go out: those that do, and by id those about which somebody decided something else since they were planned. */
export interface Claimed {
  claimed: Set<string>;
  decided: Map<string, 'mapping' | 'ignored' | 'link'>;
}

const KEPT = `interval '7 days'`;

const WANTED = `unnest($3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[]) WITH ORDINALITY
  AS wanted(key, change_id, customer_id, client_id, subscription_id, line, place)`;

/** Scalar ones, so that each is looked up by its index. */
const MAPPED = (column: string): string =>
  `(SELECT ${column} FROM mappings WHERE mappings.tenant_id = $2 AND mappings.customer_id = wanted.customer_id AND archived_at IS NULL)`;
const LINKED = `(SELECT licence_id FROM links WHERE links.tenant_id = $2 AND links.subscription_id = wanted.subscription_id AND links.line = wanted.line
  AND archived_at IS NULL AND NOT create_anyway)`;

/** Whether the customer is still that client, and the line has no licence: planning was long ago where there is much to create. */
const STANDS = `(${MAPPED(`CASE state WHEN 'mapped' THEN client_id END`)} IS NOT DISTINCT FROM wanted.client_id AND ${LINKED} IS NULL)`;

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
 *
 * What a person decided since the plan was made counts: nothing goes out for a customer that is not that client any more, or for a line that
 * has its licence.
 */
export async function noteKeyedSent(
  query: Query,
  { psaInstanceId, tenantId, importId }: { psaInstanceId: string; tenantId: string; importId: string },
  creates: readonly KeyedCreate[],
): Promise<Claimed> {
  // In one order, so that two who claim the same keys wait for each other in turn.
  const sorted = creates.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const columns = (['key', 'id', 'customerId', 'clientId', 'subscriptionId', 'line'] as const).map((name) =>
    sorted.map((one) => one[name]),
  );
  const claimed = await execute<{ id: string }>(
    query,
    `WITH claimed AS (INSERT INTO licence_claims AS claim (psa_instance_id, key, tenant_id, import_id, change_id)
     SELECT $1, wanted.key, $2, $9, wanted.change_id FROM ${WANTED} WHERE ${STANDS} ORDER BY place
     ON CONFLICT (psa_instance_id, key) DO UPDATE SET tenant_id = excluded.tenant_id, import_id = excluded.import_id, change_id = excluded.change_id, ended_at = NULL
     WHERE claim.tenant_id = excluded.tenant_id
       OR coalesce(${ENDED_AT}, 'infinity') + make_interval(secs => $10)
          <= (SELECT started_at FROM imports WHERE id = excluded.import_id)
     RETURNING change_id)
     UPDATE changes SET state = 'sent', sent_at = now() FROM claimed WHERE changes.id = claimed.change_id RETURNING changes.id`,
    [psaInstanceId, tenantId, ...columns, importId, LATE_SECONDS],
  );
  const made = new Set(claimed.map(({ id }) => id));
  if (made.size === creates.length) return { claimed: made, decided: new Map() };
  const left = sorted.filter(({ id }) => !made.has(id));
  return { claimed: made, decided: await decidedAmong(query, tenantId, left) };
}

/** Of creates that do not go out, those about which somebody decided, and about what. */
async function decidedAmong(query: Query, tenantId: string, left: readonly KeyedCreate[]): Promise<Claimed['decided']> {
  const columns = (['customerId', 'clientId', 'subscriptionId', 'line'] as const).map((name) => left.map((one) => one[name]));
  const rows = await execute<{ id: string; decided: 'mapping' | 'ignored' | 'link' }>(
    query,
    `SELECT change_id AS id, CASE WHEN ${LINKED} IS NOT NULL THEN 'link' WHEN ${MAPPED('state')} = 'ignored' THEN 'ignored' ELSE 'mapping' END AS decided
     FROM unnest($1::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) AS wanted(change_id, customer_id, client_id, subscription_id, line)
     WHERE NOT ${STANDS}`,
    [left.map(({ id }) => id), tenantId, ...columns],
  );
  return new Map(rows.map(({ id, decided }) => [id, decided]));
}
