import { clientKey, type Client, type Licence } from '../../domain/index.js';
import { LookLost } from '../failure.js';
import type { MappedClient } from '../guard/another-psa.js';
import { execute, jsonParameter, type Queryable } from './query.js';
import { exactNameDigest, keyOf } from './shown.js';

/**
 * Throws {@link LookLost} when nothing stands of what the look at the PSA showed, after which at least one client stood. Its tables are emptied
 * all at once or not at all, so whatever was read of them before this found no gap.
 */
export async function requireLook(db: Queryable, tenantId: string): Promise<void> {
  const rows = await execute<unknown>(db, `SELECT 1 FROM psa_clients WHERE tenant_id = $1 LIMIT 1`, [tenantId]);
  if (rows.length === 0) throw new LookLost();
}

/** The clients that a look showed with one of these references or names. */
export async function clientsCalled(db: Queryable, tenantId: string, wanted: readonly { ref: string; name: string }[]): Promise<Client[]> {
  if (wanted.length === 0) return [];
  const rows = await execute<{ record: Client }>(
    db,
    `SELECT record FROM psa_clients WHERE tenant_id = $1 AND (ref = ANY($2) OR exact_name = ANY($3))`,
    [tenantId, wanted.map(({ ref }) => ref), wanted.map(({ name }) => exactNameDigest(name))],
  );
  return rows.map(({ record }) => record);
}

/** The clients that customers of a tenant are mapped to, as far as a look showed them. */
export async function mappedClients(db: Queryable, tenant: { id: string; marketplace: string }): Promise<MappedClient[]> {
  const rows = await execute<Pick<MappedClient, 'mappedAs' | 'name'> & { customerId: string; ref: string | null }>(
    db,
    `SELECT customer_id AS "customerId", client_name AS "mappedAs", held.record->>'name' AS name, held.ref FROM mappings,
       LATERAL (SELECT record, ref FROM psa_clients WHERE psa_clients.tenant_id = $1 AND psa_clients.client_id = mappings.client_id OFFSET 0) AS held
     WHERE mappings.tenant_id = $1 AND archived_at IS NULL AND state = 'mapped' AND client_name IS NOT NULL`,
    [tenant.id],
  );
  return rows.map(({ customerId, ref, ...client }) => ({ ...client, keyed: ref === clientKey(tenant.marketplace, customerId) }));
}

/** Whether a look showed any licence that is linked and carries the key of what it is linked to. */
export async function showsLinkedKeys(db: Queryable, tenantId: string): Promise<boolean> {
  const rows = await execute<unknown>(
    db,
    `SELECT 1 FROM links, LATERAL (SELECT key_of FROM psa_licences WHERE tenant_id = $1 AND psa_licences.licence_id = links.licence_id OFFSET 0) AS held
     WHERE links.tenant_id = $1 AND archived_at IS NULL AND held.key_of = links.subscription_id LIMIT 1`,
    [tenantId],
  );
  return rows.length > 0;
}

/** The licences that a look showed with one of these ids or keys. */
export async function licencesNamed(
  db: Queryable,
  tenant: { id: string; marketplace: string },
  wanted: { ids: readonly string[]; keys: readonly string[] },
): Promise<Licence[]> {
  if (wanted.ids.length + wanted.keys.length === 0) return [];
  const subscriptions = wanted.keys.map((snowid) => keyOf(tenant.marketplace, { snowid })).filter((id) => id !== null);
  const rows = await execute<{ record: Licence }>(
    db,
    `SELECT record FROM psa_licences WHERE tenant_id = $1 AND (licence_id = ANY($2) OR key_of = ANY($3))`,
    [tenant.id, wanted.ids, subscriptions],
  );
  return rows.map(({ record }) => record);
}

/** Whether a look showed any record that carries one of Isthmus's keys. */
export async function showsOurKeys(db: Queryable, tenantId: string, of: 'client' | 'licence'): Promise<boolean> {
  const sql =
    of === 'client'
      ? `SELECT 1 FROM psa_clients WHERE tenant_id = $1 AND ref IS NOT NULL LIMIT 1`
      : `SELECT 1 FROM psa_licences WHERE tenant_id = $1 AND starts_with(record->>'snowid', 'ingram/') LIMIT 1`;
  return ((await db.query(sql, [tenantId])) as unknown[]).length > 0;
}

/** What the guard weighs a plan against, as far as it is counted. */
export async function countForGuard(db: Queryable, tenantId: string): Promise<{ activeLicences: number; mappedClients: number }> {
  const [row] = await execute<{ active: number; mapped: number }>(
    db,
    `SELECT (SELECT count(*)::int FROM links JOIN psa_licences AS there ON there.tenant_id = $1 AND there.licence_id = links.licence_id
             WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND NOT there.record @> $2 AND NOT there.record @> $3) AS active,
       (SELECT count(*)::int FROM mappings WHERE tenant_id = $1 AND archived_at IS NULL AND state = 'mapped') AS mapped`,
    [tenantId, jsonParameter({ deleted: true }), jsonParameter({ is_active: false })],
  );
  return { activeLicences: row!.active, mappedClients: row!.mapped };
}
