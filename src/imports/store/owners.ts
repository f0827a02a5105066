import type { DataSource } from 'typeorm';
import { PsaInstance, Tenant, type Import } from '../../../entities/index.js';
import { columnsOf, entityOfRow } from '../../database/entity-of-row.js';
import { execute } from './query.js';

/** The tenant of an import and its PSA instance, in one statement. */
export async function ownersOfImport(
  dataSource: DataSource,
  { tenantId, psaInstanceId }: Pick<Import, 'tenantId' | 'psaInstanceId'>,
): Promise<{ tenant: Tenant; psaInstance: PsaInstance }> {
  const select = `${columnsOf(dataSource, Tenant, 'tenants', 't_')}, ${columnsOf(dataSource, PsaInstance, 'psa_instances', 'p_')}`;
  const sql = `SELECT ${select} FROM tenants JOIN psa_instances ON psa_instances.id = $2 WHERE tenants.id = $1`;
  const [row] = await execute<Record<string, unknown>>(dataSource, sql, [tenantId, psaInstanceId]);
  if (!row) throw new Error(`The tenant ${tenantId} or the PSA instance ${psaInstanceId} of an import is not there.`);
  return { tenant: entityOfRow(dataSource, Tenant, row, 't_'), psaInstance: entityOfRow(dataSource, PsaInstance, row, 'p_') };
}
