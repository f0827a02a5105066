import type { Import, ImportApproval, ImportState } from '../../../entities/index.js';
import type { Query } from './query.js';

/** What an import that waits for approval becomes once nothing of it waits any more. */
const REST = `CASE WHEN (counts->>'failed')::int > 0 THEN 'partly_failed' ELSE 'succeeded_with_skips' END`;

/** Ends the waiting of earlier imports of the tenant: a new look at everything replaces what they held. */
export async function replaceWaiting(query: Query, run: Pick<Import, 'id' | 'tenantId'>): Promise<void> {
  await query(
    `WITH waiting AS (
       UPDATE imports SET state = ${REST}, digest = NULL, counts = jsonb_set(counts, '{held}', '0')
       WHERE tenant_id = $1 AND id <> $2 AND state = 'needs_approval' RETURNING id
     )
     UPDATE changes SET state = 'superseded', message = concat_ws(' ', message, 'A later import looked again.') FROM waiting
     WHERE changes.import_id = waiting.id AND changes.state = 'held'`,
    [run.tenantId, run.id],
  );
}

/**
 * Keeps an import waiting until the transaction ends; false when it does not wait any more. Before its changes, as whoever replaces or discards
 * them: in another order two of them would wait for each other.
 */
export async function holdWaiting(query: Query, importId: string): Promise<boolean> {
  const rows = (await query(`SELECT 1 FROM imports WHERE id = $1 AND state = 'needs_approval' FOR UPDATE`, [importId])) as unknown[];
  return rows.length > 0;
}

/** The held changes of an import, with what names them. */
export async function heldChanges(query: Query, importId: string): Promise<{ id: string; name: string }[]> {
  return (await query(`SELECT id, name FROM changes WHERE import_id = $1 AND state = 'held' FOR UPDATE`, [importId])) as {
    id: string;
    name: string;
  }[];
}

/** Queues a waiting import again, for the approved changes alone. False when it does not wait for this any more. A wish to cancel that came too late is over. */
export async function approveHeld(query: Query, importId: string, digest: string, approval: ImportApproval): Promise<boolean> {
  const [rows] = (await query(
    `UPDATE imports SET state = 'queued', phase = 'waiting', digest = NULL, approval = $3, counts = jsonb_set(counts, '{held}', '0'), finished_at = NULL, heartbeat_at = NULL, not_before = NULL, tries = 0, read_since = NULL, cancel_requested_at = NULL
     WHERE id = $1 AND state = 'needs_approval' AND digest = $2 RETURNING id`,
    [importId, digest, JSON.stringify(approval)],
  )) as [unknown[], number];
  if (rows.length === 0) return false;
  await query(
    `UPDATE changes SET state = 'superseded', message = concat_ws(' ', message, CASE WHEN name = ANY($2) THEN 'Approved: planned again.' ELSE 'Not approved.' END)
     WHERE import_id = $1 AND state = 'held'`,
    [importId, approval.approved],
  );
  return true;
}

/** Lets go of everything a waiting import holds. Answers its state, or null when it does not wait any more. */
export async function discardHeld(query: Query, importId: string, by: string): Promise<ImportState | null> {
  const [rows] = (await query(
    `UPDATE imports SET state = ${REST}, digest = NULL, counts = jsonb_set(counts, '{held}', '0') WHERE id = $1 AND state = 'needs_approval' RETURNING state`,
    [importId],
  )) as [{ state: ImportState }[], number];
  if (rows.length === 0) return null;
  await query(
    `UPDATE changes SET state = 'superseded', message = concat_ws(' ', message, $2::text) WHERE import_id = $1 AND state = 'held'`,
    [importId, `Discarded by ${by}.`],
  );
  return rows[0]!.state;
}
