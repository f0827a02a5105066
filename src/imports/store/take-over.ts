import type { DataSource } from 'typeorm';
import type { Import } from '../../../entities/index.js';
import { IMPORT_QUEUE, QUEUE_SCHEMA } from '../../queue/schema.js';

/** How often an attempt says that it is alive, in milliseconds. */
export const HEARTBEAT_EVERY_MS = 10_000;

/** An attempt that has not said so for this long may be dead, in milliseconds. */
export const HEARTBEAT_EXPIRY_MS = 30_000;

/** The longest that a write to a PSA is under way, in milliseconds: an attempt may have begun one just before it was last heard of. */
export const LONGEST_PSA_WRITE_MS = 60_000;

/** So long after its last heartbeat nothing of an attempt can be under way any more, and another one may begin. In milliseconds. */
export const SAFE_AFTER_MS = HEARTBEAT_EXPIRY_MS + LONGEST_PSA_WRITE_MS;

/** Attempts of one import; then it fails. */
export const MOST_TRIES = 5;

/** By the database's clock, at the moment the row is looked at and not when its transaction began. */
const SILENT = `coalesce(imports.heartbeat_at, '-infinity') < clock_timestamp() - interval '${SAFE_AFTER_MS} milliseconds'`;

/** SQL: whether an import may be taken for a new attempt now. */
export const MAY_BE_TAKEN = `((imports.state = 'queued' AND (imports.not_before IS NULL OR imports.not_before <= clock_timestamp()))
  OR (imports.state = 'running' AND ${SILENT}))`;

/** A job that nobody has been heard of for so long is not what an import waits for: its worker is dead. In seconds. */
const SILENT_JOB_SECONDS = 60;

/**
 * Imports that may be taken now and that no job will wake anybody for: their worker died, their job was lost, or the database is one
 * that was restored.
 */
export async function importsWithoutJob(dataSource: DataSource): Promise<Pick<Import, 'id' | 'trigger' | 'slot' | 'approval'>[]> {
  return dataSource.query(
    // All jobs once: looked for one by one, as many imports as wait would go over as many jobs each.
    `SELECT imports.id, imports.trigger, imports.slot, imports.approval FROM imports WHERE imports.state IN ('queued', 'running') AND ${MAY_BE_TAKEN}
       AND imports.id::text NOT IN (
         SELECT job.singleton_key FROM ${QUEUE_SCHEMA}.job WHERE job.name = $1 AND job.singleton_key IS NOT NULL AND (
           (job.state IN ('created', 'retry') AND job.start_after <= clock_timestamp())
           OR (job.state = 'active' AND job.heartbeat_on > clock_timestamp() - make_interval(secs => $2))))
     ORDER BY imports.created_at`,
    [IMPORT_QUEUE, SILENT_JOB_SECONDS],
  );
}
