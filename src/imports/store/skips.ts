import type { SettledPart } from '../../../entities/index.js';
import type { PlannedSkip } from '../plan/input.js';
import { jsonParameter, type Query } from './query.js';

/** Skips of one import that were stored together. */
export type SkipRange = NonNullable<SettledPart['skips']>;

/** Answers where they are; null when there are none. */
export async function insertSkips(query: Query, importId: string, skips: readonly PlannedSkip[]): Promise<SkipRange | null> {
  if (skips.length === 0) return null;
  const rows = skips.map((skip) => ({
    entity: skip.entity,
    marketplace_id: skip.marketplaceId.slice(0, 64),
    line: skip.line ?? null,
    psa_id: skip.psaId ?? null,
    reason: skip.reason,
    detail: skip.detail,
  }));
  const [range] = (await query(
    `WITH made AS (INSERT INTO skips (import_id, entity, marketplace_id, line, psa_id, reason, detail)
       SELECT $1, entity, marketplace_id, line, psa_id, reason, detail
       FROM jsonb_to_recordset($2::jsonb) AS skipped(entity text, marketplace_id text, line text, psa_id text, reason text, detail text) RETURNING id)
     ${RANGE}`,
    [importId, jsonParameter(rows)],
  )) as SkipRange[];
  return range!;
}

/** Stores skips of an earlier import for this one, too. Answers where they are now; undefined, and stores none, when some are not there any more. */
export async function repeatSkips(
  query: Query,
  importId: string,
  of: { importId: string; range: SkipRange },
): Promise<SkipRange | undefined> {
  const { from, to, count } = of.range;
  const [range] = (await query(
    `WITH there AS MATERIALIZED (SELECT * FROM skips WHERE id BETWEEN $3 AND $4 AND import_id = $2),
       made AS (INSERT INTO skips (import_id, entity, marketplace_id, line, psa_id, reason, detail)
         SELECT $1, entity, marketplace_id, line, psa_id, reason, detail FROM there WHERE (SELECT count(*) FROM there) = $5 ORDER BY id RETURNING id)
     ${RANGE}`,
    [importId, of.importId, from, to, count],
  )) as SkipRange[];
  return range!.count === count ? range : undefined;
}

const RANGE = `SELECT min(id)::text AS "from", max(id)::text AS "to", count(*)::int AS count FROM made`;
