import type { LinkDecision } from '../plan/input.js';
import { execute, type Query } from './query.js';

/** A change of a record that is to go out. */
export interface Write {
  id: string;
  customerId: string;
  /** Of a licence: which one, and the line that it keeps. */
  licence?: { licenceId: string; subscriptionId: string; line: string; link?: LinkDecision };
  /** Of a client's record: which client the customer was when it was planned. */
  clientId?: string;
}

/** What a person decided since a change was planned: its licence keeps another line, its customer is ignored, or another client or none. */
export type Decided = 'moved' | 'ignored' | 'mapping';

/**
 * Of changes that are to go out, by their ids, those that are not called for any more, and why. A licence may also be taken over from the line that it
 * was kept for; and it stays where it is when its customer becomes another client.
 */
export async function decidedAmong(
  query: Query,
  { psaInstanceId, tenantId }: { psaInstanceId: string; tenantId: string },
  writes: readonly Write[],
): Promise<Map<string, Decided>> {
  const rows = await execute<{ id: string; decided: Decided }>(
    query,
    `SELECT wanted.id, CASE WHEN mapped.state = 'ignored' THEN 'ignored' WHEN held.moved THEN 'moved' ELSE 'mapping' END AS decided
     FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
         AS wanted(id, customer_id, client_id, licence_id, subscription_id, line, was_subscription_id, was_line)
       LEFT JOIN LATERAL (SELECT state, client_id FROM mappings
         WHERE mappings.tenant_id = $2 AND mappings.customer_id = wanted.customer_id AND archived_at IS NULL OFFSET 0) AS mapped ON true
       LEFT JOIN LATERAL (SELECT links.tenant_id <> $2
           OR ((links.subscription_id, links.line) IS DISTINCT FROM (wanted.subscription_id, wanted.line)
             AND (links.subscription_id, links.line) IS DISTINCT FROM (wanted.was_subscription_id, wanted.was_line)) AS moved
         FROM links WHERE psa_instance_id = $1 AND licence_id = wanted.licence_id AND archived_at IS NULL OFFSET 0) AS held ON true
     WHERE held.moved OR mapped.state IS DISTINCT FROM 'mapped' OR mapped.client_id <> wanted.client_id`,
    [
      psaInstanceId,
      tenantId,
      writes.map(({ id }) => id),
      writes.map(({ customerId }) => customerId),
      writes.map(({ clientId }) => clientId ?? null),
      writes.map(({ licence }) => licence?.licenceId ?? null),
      writes.map(({ licence }) => licence?.subscriptionId ?? null),
      writes.map(({ licence }) => licence?.line ?? null),
      writes.map(({ licence }) => licence?.link?.instead?.subscriptionId ?? null),
      writes.map(({ licence }) => licence?.link?.instead?.line ?? null),
    ],
  );
  return new Map(rows.map(({ id, decided }) => [id, decided]));
}
