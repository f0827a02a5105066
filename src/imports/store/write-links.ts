import type { LinkOrigin } from '../../../entities/index.js';
import type { LinkDecision } from '../plan/input.js';
import { jsonParameter, type Query } from './query.js';

/** Writes links, moving the licence away from the line it was kept for before. A line that a person linked meanwhile stays so. */
export async function writeLinks(
  query: Query,
  owner: { psaInstanceId: string; tenantId: string },
  links: readonly LinkDecision[],
): Promise<void> {
  const rows = links.map((link) => ({
    subscription_id: link.subscriptionId,
    line: link.line,
    licence_id: link.licenceId,
    origin: link.origin satisfies LinkOrigin,
    old_subscription_id: link.instead?.subscriptionId ?? null,
    old_line: link.instead?.line ?? null,
  }));
  const set = `jsonb_to_recordset($2::jsonb) AS made(subscription_id text, line text, licence_id text, origin text, old_subscription_id text, old_line text)`;
  const movesOn = links.some(({ instead }) => instead !== undefined);
  if (movesOn) {
    await query(
      `UPDATE links SET archived_at = now(), archived_why = 'renewal' FROM ${set}
       WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND links.subscription_id = made.old_subscription_id AND links.line = made.old_line AND links.licence_id = made.licence_id`,
      [owner.tenantId, jsonParameter(rows)],
    );
  }
  await query(
    `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id, origin)
       SELECT $3, $1, subscription_id, line, licence_id, origin FROM ${set}
       WHERE NOT EXISTS (SELECT 1 FROM links AS held WHERE held.psa_instance_id = $3 AND held.licence_id = made.licence_id AND held.archived_at IS NULL)
       ON CONFLICT (tenant_id, subscription_id, line) WHERE archived_at IS NULL
       DO UPDATE SET licence_id = excluded.licence_id, origin = excluded.origin, create_anyway = false
       WHERE links.licence_id IS NULL`,
    [owner.tenantId, jsonParameter(rows), owner.psaInstanceId],
  );
}
