import type { ChangeState } from '../../../entities/index.js';
import { execute, jsonParameter, type Query } from './query.js';

/** How a change ended. */
export interface Settlement {
  id: string;
  state: Extract<ChangeState, 'applied' | 'failed' | 'superseded'>;
  psaId?: string;
  /** What the PSA shows, as far as it is not as planned; without it, nothing is known of that. */
  after?: object;
  message?: string;
}

/** Notes, before a call, which changes it carries. */
export async function noteSent(query: Query, changeIds: readonly string[], youngestBefore: string | null): Promise<void> {
  await execute(query, `UPDATE changes SET state = 'sent', sent_at = now(), youngest_before = $2 WHERE id = ANY($1)`, [
    changeIds,
    youngestBefore,
  ]);
}

/** Notes of changes that were noted as sent that no call carried them. */
export async function noteNotSent(query: Query, changeIds: readonly string[]): Promise<void> {
  await execute(query, `UPDATE changes SET state = 'planned', sent_at = NULL WHERE id = ANY($1) AND state = 'sent'`, [changeIds]);
}

/** Notes how changes ended. */
export async function writeSettlements(query: Query, settlements: readonly Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const rows = settlements.map(({ id, state, psaId, after, message }) => ({
    id,
    state,
    psa_id: psaId ?? null,
    after: after ?? null,
    message: message ?? null,
  }));
  await execute(
    query,
    `UPDATE changes SET state = ended.state, psa_id = coalesce(ended.psa_id, changes.psa_id), after = CASE WHEN ended.after IS NULL THEN changes.after ELSE changes.planned || ended.after END,
       message = CASE WHEN ended.message IS NULL THEN changes.message WHEN changes.message IS NULL THEN ended.message ELSE changes.message || ' ' || ended.message END,
       settled_at = clock_timestamp()
     FROM jsonb_to_recordset($1::jsonb) AS ended(id uuid, state text, psa_id text, after jsonb, message text) WHERE changes.id = ended.id`,
    [jsonParameter(rows)],
  );
}
