import type { KnownMapping, MappingDecision } from '../plan/input.js';
import { execute, jsonParameter, type Query, type Queryable } from './query.js';

/** Every mapping of a tenant. */
export async function loadMappings(db: Queryable, tenantId: string): Promise<KnownMapping[]> {
  return execute<KnownMapping>(
    db,
    `SELECT customer_id AS "customerId", state, client_id AS "clientId", origin FROM mappings WHERE tenant_id = $1 AND archived_at IS NULL`,
    [tenantId],
  );
}

/**
 * Writes what mappings became. What a person, or another import, decided meanwhile is never written over: a decision replaces
 * nothing but an open question, a client still to be created, or the very mapping it was made from.
 */
export async function storeMappings(query: Query, tenantId: string, decisions: readonly MappingDecision[]): Promise<void> {
  if (decisions.length === 0) return;
  const rows = jsonParameter(
    decisions.map((decision) => ({
      customer_id: decision.customerId,
      state: decision.state,
      client_id: decision.clientId,
      client_name: decision.clientName,
      origin: decision.origin,
      candidates: decision.candidates,
      was_state: decision.was?.state ?? null,
      was_client_id: decision.was?.clientId ?? null,
    })),
  );
  const made = `jsonb_to_recordset($2::jsonb) AS made(customer_id text, state text, client_id text, client_name text, origin text, candidates jsonb, was_state text, was_client_id text)`;
  await execute(
    query,
    `UPDATE mappings SET state = made.state, client_id = made.client_id, origin = made.origin, candidates = made.candidates, updated_at = now(),
       client_name = CASE made.state WHEN 'broken' THEN mappings.client_name ELSE made.client_name END
     FROM ${made}
     WHERE mappings.tenant_id = $1 AND mappings.customer_id = made.customer_id AND mappings.archived_at IS NULL
       AND (mappings.state IN ('suggested', 'ambiguous') OR (mappings.state = 'mapped' AND mappings.client_id IS NULL AND made.state = 'mapped')
         OR (mappings.state = made.was_state AND mappings.client_id = made.was_client_id))
       AND (mappings.state, mappings.client_id, mappings.origin, mappings.candidates, CASE made.state WHEN 'broken' THEN NULL ELSE mappings.client_name END)
         IS DISTINCT FROM (made.state, made.client_id, made.origin, made.candidates, CASE made.state WHEN 'broken' THEN NULL ELSE made.client_name END)`,
    [tenantId, rows],
  );
  await execute(
    query,
    `INSERT INTO mappings (tenant_id, customer_id, state, client_id, client_name, origin, candidates)
     SELECT $1, customer_id, state, client_id, client_name, origin, candidates FROM ${made}
     ON CONFLICT (tenant_id, customer_id) WHERE archived_at IS NULL DO NOTHING`,
    [tenantId, rows],
  );
}

/** Archives suggestions and ambiguities that are no more. */
export async function forgetOpenMappings(query: Query, tenantId: string, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  await execute(
    query,
    `UPDATE mappings SET archived_at = now() WHERE tenant_id = $1 AND customer_id = ANY($2) AND archived_at IS NULL AND state IN ('suggested', 'ambiguous')`,
    [tenantId, customerIds],
  );
}
