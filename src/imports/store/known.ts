import type { DataSource } from 'typeorm';
import type { AppliedUpdate, KnownLink, KnownMapping, MappingDecision } from '../plan/input.js';

/** What Isthmus itself knows when it plans. */
export interface Known {
  mappings: KnownMapping[];
  links: KnownLink[];
  released: Set<string>;
  lastApplied: Map<string, AppliedUpdate>;
}

/** Loads mappings, links, released licences and the latest applied updates of a tenant. */
export async function loadKnown(dataSource: DataSource, tenantId: string): Promise<Known> {
  const [mappings, links, released, applied] = await Promise.all([
    dataSource.query(`SELECT customer_id AS "customerId", state, client_id AS "clientId", origin FROM mappings WHERE tenant_id = $1 AND archived_at IS NULL`, [tenantId]),
    dataSource.query(
      `SELECT subscription_id AS "subscriptionId", line, licence_id AS "licenceId", create_anyway AS "createAnyway" FROM links WHERE tenant_id = $1 AND archived_at IS NULL`,
      [tenantId],
    ),
    dataSource.query(
      `SELECT licence_id FROM links AS gone WHERE tenant_id = $1 AND archived_why IN ('recreate', 'replaced') AND licence_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM links WHERE links.psa_instance_id = gone.psa_instance_id AND links.licence_id = gone.licence_id AND links.archived_at IS NULL)`,
      [tenantId],
    ),
    dataSource.query(
      `SELECT DISTINCT ON (entity, psa_id) entity, psa_id, before, planned FROM changes
       WHERE tenant_id = $1 AND state = 'applied' AND entity IN ('licence', 'site') AND before IS NOT NULL ORDER BY entity, psa_id, settled_at DESC`,
      [tenantId],
    ),
  ]);
  return {
    mappings: mappings as KnownMapping[],
    links: links as KnownLink[],
    released: new Set((released as { licence_id: string }[]).map((row) => row.licence_id)),
    lastApplied: new Map(
      (applied as { entity: string; psa_id: string; before: Record<string, unknown>; planned: Record<string, unknown> }[]).map((row) => [
        `${row.entity}:${row.psa_id}`,
        { before: row.before, planned: row.planned },
      ]),
    ),
  };
}

type Query = (sql: string, parameters?: unknown[]) => Promise<unknown>;

/**
 * Writes what mappings became. One made by a person, or said to be ignored, is never written over, even if that happened while
 * the import was looking.
 */
export async function storeMappings(query: Query, tenantId: string, decisions: readonly MappingDecision[]): Promise<void> {
  if (decisions.length === 0) return;
  const rows = decisions.map((decision) => ({
    customer_id: decision.customerId,
    state: decision.state,
    client_id: decision.clientId,
    client_name: decision.clientName,
    origin: decision.origin,
    candidates: decision.candidates,
  }));
  await query(
    `INSERT INTO mappings (tenant_id, customer_id, state, client_id, client_name, origin, candidates)
     SELECT $1, customer_id, state, client_id, client_name, origin, candidates
     FROM jsonb_to_recordset($2::jsonb) AS made(customer_id text, state text, client_id text, client_name text, origin text, candidates jsonb)
     ON CONFLICT (tenant_id, customer_id) WHERE archived_at IS NULL DO UPDATE SET state = excluded.state, client_id = excluded.client_id,
       client_name = excluded.client_name, origin = excluded.origin, candidates = excluded.candidates, updated_at = now()
     WHERE mappings.state <> 'ignored'
       AND (mappings.origin IS DISTINCT FROM 'manual' OR excluded.origin = 'manual')
       AND (mappings.state, mappings.client_id, mappings.client_name, mappings.origin, mappings.candidates)
         IS DISTINCT FROM (excluded.state, excluded.client_id, excluded.client_name, excluded.origin, excluded.candidates)`,
    [tenantId, JSON.stringify(rows)],
  );
}
