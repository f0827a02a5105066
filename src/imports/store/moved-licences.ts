import type { LinkDecision } from '../plan/input.js';
import { execute, type Query } from './query.js';

/** A change of a licence that is to go out. */
export interface LicenceWrite {
  id: string;
  psaId: string;
  subscriptionId: string;
  line: string;
  link?: LinkDecision;
}

/** Of changes of licences, by their ids, those whose licence keeps another line now than the one that they were planned for, or that it is taken over from. */
export async function movedAmong(
  query: Query,
  { psaInstanceId, tenantId }: { psaInstanceId: string; tenantId: string },
  changes: readonly LicenceWrite[],
): Promise<Set<string>> {
  const moved = await execute<{ id: string }>(
    query,
    `SELECT wanted.id FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
         AS wanted(id, licence_id, subscription_id, line, was_subscription_id, was_line),
       LATERAL (SELECT * FROM links WHERE psa_instance_id = $1 AND licence_id = wanted.licence_id AND archived_at IS NULL OFFSET 0) AS held
     WHERE held.tenant_id <> $2
       OR ((held.subscription_id, held.line) IS DISTINCT FROM (wanted.subscription_id, wanted.line)
         AND (held.subscription_id, held.line) IS DISTINCT FROM (wanted.was_subscription_id, wanted.was_line))`,
    [
      psaInstanceId,
      tenantId,
      changes.map(({ id }) => id),
      changes.map(({ psaId }) => psaId),
      changes.map(({ subscriptionId }) => subscriptionId),
      changes.map(({ line }) => line),
      changes.map(({ link }) => link?.instead?.subscriptionId ?? null),
      changes.map(({ link }) => link?.instead?.line ?? null),
    ],
  );
  return new Set(moved.map(({ id }) => id));
}
