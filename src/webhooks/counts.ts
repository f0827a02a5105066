import type { EntityManager } from 'typeorm';
import type { WebhookState } from '../../entities/index.js';

/** The word that an event is counted under: senders may name theirs as they like, and figures must stay few. */
export function counted(event: string | null): string {
  return event === 'import.client' || event === 'import.all' ? event : 'other';
}

/** Counts a delivery of a PSA instance, in the transaction that decides what becomes of it. */
export async function count(
  manager: EntityManager,
  psaInstanceId: string,
  event: string | null,
  outcome: WebhookState | 'repeat',
): Promise<void> {
  await manager.query(
    `INSERT INTO webhook_counts AS counts (psa_instance_id, event, outcome, counted) VALUES ($1, $2, $3, 1)
     ON CONFLICT (psa_instance_id, event, outcome) DO UPDATE SET counted = counts.counted + 1`,
    [psaInstanceId, counted(event), outcome],
  );
}
