import { NO_CLEAR_ANSWER } from '../apply/create-records.js';
import { execute, type Queryable } from './query.js';

/** How long after it was sent a create may still be stored, in seconds: a write is waited for a minute, and the PSA may work on. */
export const LATE_SECONDS = 90;

/**
 * How many milliseconds to wait until every create of a tenant whose end nobody heard has arrived, if it ever does. It is noted as sent before it stands
 * in line for its call, which may take minutes, so one that was given up counts from then. An import may have been asked for long before: with much to read it takes
 * more than a day, and one that waited for approval goes on under its own row.
 */
export async function stragglersFor(db: Queryable, tenantId: string): Promise<number> {
  const [row] = await execute<{ left: number | null }>(
    db,
    `SELECT ceil(1000 * extract(epoch FROM max(coalesce(settled_at, sent_at)) + make_interval(secs => $2) - clock_timestamp()))::int AS left FROM imports JOIN changes ON changes.import_id = imports.id
     WHERE imports.tenant_id = $1 AND (imports.state IN ('queued', 'running') OR imports.finished_at > now() - make_interval(secs => $2)) AND action = 'create' AND coalesce(settled_at, sent_at) > now() - make_interval(secs => $2)
       AND (changes.state = 'sent' OR (changes.state IN ('failed', 'superseded') AND position($3 IN changes.message) > 0))`,
    [tenantId, LATE_SECONDS, NO_CLEAR_ANSWER],
  );
  return Math.max(0, row?.left ?? 0);
}
