import type { DataSource, EntityManager } from 'typeorm';
import type { Import } from '../../entities/index.js';
import { Import as ImportEntity } from '../../entities/index.js';
import { ImportHold } from './store/import-row.js';
import { PlanStore } from './store/plan-store.js';

/** Ends an import that waits, in one statement; what an attempt before left planned is never begun. False when it does not wait. */
export async function cancelWaiting(manager: EntityManager, importId: string): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `WITH ended AS (
       UPDATE imports SET state = 'cancelled', phase = 'done', cancel_requested_at = now(), finished_at = now()
       WHERE id = $1 AND state = 'queued' RETURNING id, preview
     ), superseded AS (
       UPDATE changes SET state = 'superseded', message = 'The import ended before this was begun.'
       WHERE import_id = (SELECT id FROM ended WHERE NOT preview) AND state = 'planned'
     )
     SELECT id FROM ended`,
    [importId],
  );
  return rows.length > 0;
}

/** Says of a cancelled import that had waited to go on what its attempts did: they were handed back, and counted nothing. */
export async function tellWhatWasDone(dataSource: DataSource, run: Import): Promise<void> {
  const store = new PlanStore(new ImportHold(dataSource, run.id, run.attempt), run);
  const counts = await store.counts(run.preview, { clients: run.counts.clients.unchanged, licences: run.counts.licences.unchanged });
  const remark = 'It was cancelled while it waited to go on; what was done stays done, and the rest was not begun.';
  await dataSource.manager.update(
    ImportEntity,
    { id: run.id, state: 'cancelled' },
    { counts, remarks: run.preview ? run.remarks : [...run.remarks, remark] },
  );
}
