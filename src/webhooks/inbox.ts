import { createHash } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { WebhookDelivery, type WebhookState } from '../../entities/index.js';
import { storable } from '../imports/store/query.js';
import { count } from './counts.js';
import type { Wish } from './wish.js';

/** The same body within so many seconds, by the database's clock, is a repeat. */
export const REPEAT_WITHIN_SECONDS = 60;

/** Characters of a body that are kept for people to read. */
const EXCERPT = 2000;

/** What was sent, by a sender who may. */
export interface Sent {
  psaInstanceId: string;
  /** The header `webhook-id`. */
  webhookId: string | null;
  /** The body as it came. */
  text: string;
  wish: Wish;
}

/**
 * Stores a delivery, or finds the one that it repeats: that of the same `webhook-id`, or of the same body just before. However many
 * processes are sent the same at once, one row is made.
 */
export function store(dataSource: DataSource, sent: Sent): Promise<{ deliveryId: string; repeat: boolean }> {
  const { psaInstanceId, text, wish, webhookId } = sent;
  const bodyHash = createHash('sha256').update(text).digest('hex');
  return dataSource.transaction(async (manager) => {
    // Held until the row is there for others to see.
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`webhook ${psaInstanceId} ${bodyHash}`]);
    const before = await repeated(manager, { psaInstanceId, webhookId, bodyHash });
    if (before !== null) return { deliveryId: before, repeat: true };
    const row = {
      psaInstanceId,
      webhookId,
      bodyHash,
      bytes: Buffer.byteLength(text),
      excerpt: storable(text.slice(0, EXCERPT)),
      ...read(wish),
    };
    // Another body under the same id may come at the same moment.
    const { raw } = await manager.createQueryBuilder().insert().into(WebhookDelivery).values(row).orIgnore().returning('id').execute();
    const [made] = raw as { id: string }[];
    if (made) {
      if (row.state !== 'stored') await count(manager, psaInstanceId, wish.event, row.state);
      return { deliveryId: made.id, repeat: false };
    }
    const other = await repeated(manager, { psaInstanceId, webhookId, bodyHash });
    if (other === null) throw new Error('A delivery was neither stored nor found.');
    return { deliveryId: other, repeat: true };
  });
}

/** Counts a repeat with the delivery that it repeats. A clock that was set back must not make all of the past a repeat. */
async function repeated(
  manager: EntityManager,
  { psaInstanceId, webhookId, bodyHash }: Pick<WebhookDelivery, 'psaInstanceId' | 'webhookId' | 'bodyHash'>,
): Promise<string | null> {
  const [rows] = (await manager.query(
    `UPDATE webhook_deliveries SET repeats = repeats + 1, repeated_at = clock_timestamp() WHERE id = (
       SELECT id FROM webhook_deliveries WHERE psa_instance_id = $1 AND (webhook_id = $2 OR (body_hash = $3
         AND received_at BETWEEN clock_timestamp() - make_interval(secs => $4) AND clock_timestamp() + make_interval(secs => $4)))
       ORDER BY webhook_id = $2 DESC NULLS LAST, received_at DESC LIMIT 1)
     RETURNING id, event`,
    [psaInstanceId, webhookId, bodyHash, REPEAT_WITHIN_SECONDS],
  )) as [{ id: string; event: string | null }[], number];
  const [found] = rows;
  if (!found) return null;
  await count(manager, psaInstanceId, found.event, 'repeat');
  return found.id;
}

function read(wish: Wish): Pick<WebhookDelivery, 'event' | 'clientId' | 'tenant' | 'detail'> & { state: WebhookState } {
  const row = { event: wish.event, clientId: null, tenant: null, detail: null };
  if (wish.kind === 'client') return { ...row, clientId: wish.clientId, state: 'stored' };
  if (wish.kind === 'all') return { ...row, tenant: wish.tenant, state: 'stored' };
  if (wish.kind === 'unclear') return { ...row, detail: wish.message, state: 'refused' };
  const named = wish.event === null ? 'It names no event.' : `Isthmus does nothing for the event "${wish.event}".`;
  return { ...row, detail: `${named} It knows import.client and import.all.`, state: 'ignored' };
}
