import { prepared } from './prepared.js';

/** More steps of a tenant's lists than that are put together, by whoever counts them. */
export const MANY_STEPS = 100;

const JOIN_STEPS = prepared(
  'join_list_steps',
  `WITH joined AS (
     DELETE FROM list_steps WHERE id = ANY(ARRAY(SELECT id FROM list_steps WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED)) RETURNING steps
   ) INSERT INTO list_steps (tenant_id, steps) SELECT $1, sum(steps) FROM joined HAVING count(*) > 0`,
);

/** Puts the steps of a tenant's lists into one row: their sum stays, which is all that tells one state of the lists from another. */
export async function joinSteps(db: { query(sql: string, parameters: unknown[]): Promise<unknown> }, tenantId: string): Promise<void> {
  await db.query(JOIN_STEPS, [tenantId]);
}
