import { joinSteps, MANY_STEPS } from '../../database/list-steps.js';
import { prepared } from '../../database/prepared.js';
import type { PartScope } from './part-rows.js';
import type { Queryable } from './query.js';
import { digestOf } from './shown.js';

/** A digest of texts of rows, in the order of something that none has in common. */
const digestOfRows = (text: string, by: string): string =>
  `encode(sha256(convert_to(coalesce(string_agg(${text}, E'\\n' ORDER BY ${by} COLLATE "C"), ''), 'UTF8')), 'base64')`;

/**
 * What people write, too, counts by which version of which row it is: whatever was written meanwhile shows, although it be undone again. A row that
 * came and was archived again shows in the steps of the tenant's lists, and of other tenants in how many there are. What only looks write counts by
 * its digests.
 */
const GROUND = prepared(
  'ground_of_plans',
  `SELECT concat_ws(' ', $2::uuid,
    (SELECT ${digestOfRows(`customer_id || ' ' || coalesce(digest, '')`, 'customer_id')} FROM customers WHERE tenant_id = $1 AND listed),
    (SELECT ${digestOfRows(`subscription_id || ' ' || coalesce(digest, '') || ' ' || listed || ' ' || coalesce(extract(epoch FROM read_at)::text, '') || ' ' || coalesce((read_by = $3 AND read_attempt = $4)::text, '')`, 'subscription_id')}
       FROM subscriptions WHERE tenant_id = $1 AND $5),
    (SELECT ${digestOfRows(`id::text || ' ' || xmin::text`, 'id::text')} FROM mappings WHERE tenant_id = $1 AND archived_at IS NULL),
    (SELECT ${digestOfRows(`id::text || ' ' || xmin::text`, 'id::text')} FROM links WHERE tenant_id = $1 AND archived_at IS NULL),
    (SELECT ${digestOfRows(`id::text || ' ' || xmin::text`, 'id::text')} FROM links WHERE psa_instance_id = $2 AND tenant_id = $1 AND archived_at IS NOT NULL),
    (SELECT ${digestOfRows(`id::text || ' ' || xmin::text`, 'id::text')} FROM links WHERE psa_instance_id = $2 AND tenant_id <> $1 AND archived_at IS NULL AND licence_id IS NOT NULL),
    (SELECT count(*) FROM links WHERE psa_instance_id = $2 AND tenant_id <> $1 AND archived_at IS NOT NULL),
    (SELECT coalesce(sum(steps), 0) FROM list_steps WHERE tenant_id = $1),
    (SELECT ${digestOfRows(`client_id || ' ' || digest`, 'client_id')} FROM psa_clients WHERE tenant_id = $1),
    (SELECT ${digestOfRows(`licence_id || ' ' || digest`, 'licence_id')} FROM psa_licences WHERE tenant_id = $1 AND $6)
  ) AS ground, (SELECT count(*)::int FROM list_steps WHERE tenant_id = $1) AS steps`,
);

/** A digest of all rows that the parts of a plan for a whole tenant may be loaded from, but for sites and what was written last. */
export async function groundOf(
  db: Queryable,
  {
    tenantId,
    psaInstanceId,
    importId,
    attempt,
    subscriptions,
    licences,
  }: Omit<PartScope, 'customerIds' | 'sites' | 'unreadable' | 'marketplace'>,
): Promise<string> {
  const [row] = (await db.query(GROUND, [tenantId, psaInstanceId, importId, attempt, subscriptions, licences])) as {
    ground: string;
    steps: number;
  }[];
  // Who opens no list has nobody else put them together, and each ground would count more of them.
  if (row!.steps > MANY_STEPS) await joinSteps(db, tenantId);
  return digestOf(row!.ground);
}
