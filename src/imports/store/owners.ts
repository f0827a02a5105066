import type { DataSource } from 'typeorm';
import { PsaInstance, Tenant, type Import } from '../../../entities/index.js';
import { columnsOf, entityOfRow } from '../../database/entity-of-row.js';
import { execute, type Query } from './query.js';

/** In the order of an index, so that it is used, as nothing is found most of the time. */
const LINKS_LEFT = `EXISTS (SELECT FROM tenants AS gone WHERE gone.psa_instance_id = $2 AND gone.archived_at IS NOT NULL
  AND (SELECT true FROM links WHERE links.tenant_id = gone.id AND links.archived_at IS NULL ORDER BY subscription_id, line LIMIT 1))`;

/** The tenant of an import and its PSA instance, in one statement, and whether tenants of the instance that are archived still have links. */
export async function ownersOfImport(
  dataSource: DataSource,
  { tenantId, psaInstanceId }: Pick<Import, 'tenantId' | 'psaInstanceId'>,
): Promise<{ tenant: Tenant; psaInstance: PsaInstance; linksLeft: boolean }> {
  const select = `${columnsOf(dataSource, Tenant, 'tenants', 't_')}, ${columnsOf(dataSource, PsaInstance, 'psa_instances', 'p_')}`;
  const sql = `SELECT ${select}, ${LINKS_LEFT} AS links_left FROM tenants JOIN psa_instances ON psa_instances.id = $2 WHERE tenants.id = $1`;
  const [row] = await execute<Record<string, unknown>>(dataSource, sql, [tenantId, psaInstanceId]);
  if (!row) throw new Error(`The tenant ${tenantId} or the PSA instance ${psaInstanceId} of an import is not there.`);
  return {
    tenant: entityOfRow(dataSource, Tenant, row, 't_'),
    psaInstance: entityOfRow(dataSource, PsaInstance, row, 'p_'),
    linksLeft: row['links_left'] as boolean,
  };
}

/**
 * Archives what tenants of a PSA instance that are archived still link: nothing brings their licences into line any more, so whoever connects the
 * account anew goes on in them.
 */
export async function releaseLinks(query: Query, psaInstanceId: string): Promise<void> {
  await query(
    `UPDATE links SET archived_at = now() FROM tenants AS gone
     WHERE links.tenant_id = gone.id AND links.archived_at IS NULL AND gone.psa_instance_id = $1 AND gone.archived_at IS NOT NULL`,
    [psaInstanceId],
  );
}
