import { prepared } from '../../database/prepared.js';
import type { ChangeEntity, ImportEntity } from '../../../entities/index.js';
import type { AppliedFields } from '../plan/input.js';
import type { Queryable } from './query.js';

interface AppliedRow {
  psa_id: string;
  before: Record<string, unknown> | null;
  planned: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** Imports of the tenant that went over their records to the end. */
const COVERING = `SELECT id, customer_id, started_at FROM imports
  WHERE tenant_id = $1 AND NOT preview AND client_id IS NULL AND $3 = ANY(entities) AND state IN ('succeeded', 'succeeded_with_skips', 'partly_failed')`;

const WRITTEN_LAST = prepared(
  'written_last',
  `WITH covering AS (${COVERING}),
       whole AS (SELECT coalesce(max(started_at), '-infinity') AS at FROM covering WHERE customer_id IS NULL),
       own AS (SELECT customer_id, max(started_at) AS at FROM covering WHERE customer_id IS NOT NULL GROUP BY customer_id),
       recent AS (SELECT id FROM imports WHERE tenant_id = $1 AND NOT preview AND started_at >= (SELECT at FROM whole)),
       stuck AS (SELECT DISTINCT psa_id FROM skips WHERE import_id IN (SELECT id FROM recent) AND reason = 'does_not_stick' AND psa_id = ANY($4)),
       written AS (
         SELECT customer_id, psa_id, before, planned, after, settled_at FROM changes
         WHERE tenant_id = $1 AND entity = $2 AND psa_id = ANY($4) AND state = 'applied'
           AND (import_id IN (SELECT id FROM recent) OR psa_id IN (SELECT psa_id FROM stuck)))
     SELECT psa_id, before, planned, after FROM written LEFT JOIN own USING (customer_id)
     WHERE (before IS NOT NULL OR after IS DISTINCT FROM planned)
       AND (own.at IS NULL OR settled_at >= own.at OR psa_id IN (SELECT psa_id FROM stuck))
     ORDER BY settled_at`,
);

/**
 * What was last written to each of these records of a kind, by `{entity}:{psaId}`, as far as it may be undone in the PSA still: written since
 * the last import that went over it began, or named by that import as not sticking. An older write was seen in place since then, so
 * the same write now is a new one.
 */
async function ofEntity(
  db: Queryable,
  tenantId: string,
  entity: ChangeEntity,
  covers: ImportEntity,
  psaIds: readonly string[],
): Promise<AppliedRow[]> {
  if (psaIds.length === 0) return [];
  return (await db.query(WRITTEN_LAST, [tenantId, entity, covers, psaIds])) as AppliedRow[];
}

export async function loadLastApplied(
  db: Queryable,
  tenantId: string,
  of: Record<'licence' | 'site', readonly string[]>,
): Promise<Map<string, AppliedFields>> {
  const found = new Map<string, AppliedFields>();
  for (const [entity, covers] of [
    ['licence', 'subscriptions'],
    ['site', 'customers'],
  ] as const) {
    for (const row of await ofEntity(db, tenantId, entity, covers, of[entity])) {
      const key = `${entity}:${row.psa_id}`;
      const fields = found.get(key) ?? {};
      for (const [field, asked] of Object.entries(row.planned)) {
        const shown = [row.before?.[field], row.after[field]].filter((value) => value !== undefined && value !== asked);
        fields[field] = { asked, stood: shown };
      }
      found.set(key, fields);
    }
  }
  return found;
}
