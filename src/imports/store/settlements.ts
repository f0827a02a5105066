import type { ChangeState } from '../../../entities/index.js';
import { jsonParameter, type Query } from './query.js';

/** How a change ended. */
export interface Settlement {
  id: string;
  state: Extract<ChangeState, 'applied' | 'failed' | 'superseded'>;
  psaId?: string;
  /** What the PSA shows; left as planned when it is not known. */
  after?: object;
  message?: string;
}

/** Notes, before a call, which changes it carries. */
export async function noteSent(query: Query, changeIds: readonly string[], youngestBefore: string | null): Promise<void> {
  await query(`UPDATE changes SET state = 'sent', sent_at = now(), youngest_before = $2 WHERE id = ANY($1)`, [changeIds, youngestBefore]);
}

/** Notes how changes ended, and with them the claims to their licences' keys. */
export async function writeSettlements(query: Query, settlements: readonly Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const rows = settlements.map(({ id, state, psaId, after, message }) => ({
    id,
    state,
    psa_id: psaId ?? null,
    after: after ?? null,
    message: message ?? null,
  }));
  await query(
    `WITH settled AS (UPDATE changes SET state = ended.state, psa_id = coalesce(ended.psa_id, changes.psa_id), after = coalesce(ended.after, changes.after),
       message = CASE WHEN ended.message IS NULL THEN changes.message WHEN changes.message IS NULL THEN ended.message ELSE changes.message || ' ' || ended.message END,
       settled_at = clock_timestamp()
     FROM jsonb_to_recordset($1::jsonb) AS ended(id uuid, state text, psa_id text, after jsonb, message text) WHERE changes.id = ended.id RETURNING changes.id)
     UPDATE licence_claims SET ended_at = clock_timestamp() FROM settled WHERE licence_claims.change_id = settled.id AND licence_claims.ended_at IS NULL`,
    [jsonParameter(rows)],
  );
}
