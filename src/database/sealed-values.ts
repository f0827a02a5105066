import type { DataSource } from 'typeorm';
import type { SealedPlace } from './sealing.js';

/** A column that holds sealed secrets. */
export interface SealedColumn {
  table: 'psa_instances' | 'tenants';
  column: string;
  /** As `secrets_set_at` names it. */
  name: string;
  /** Whether a row may do without. */
  optional?: true;
}

/** Every column that holds sealed secrets; a test fails when there is another. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'psa_instances', column: 'client_secret', name: 'clientSecret' },
  { table: 'psa_instances', column: 'iframe_secret', name: 'iframeSecret', optional: true },
  { table: 'psa_instances', column: 'webhook_secret', name: 'webhookSecret' },
  { table: 'tenants', column: 'password', name: 'password' },
  { table: 'tenants', column: 'subscription_key', name: 'subscriptionKey' },
];

/** A sealed secret as it is stored, and where. */
export interface SealedValue {
  sealed: string;
  place: SealedPlace;
  column: SealedColumn;
}

/** All sealed secrets, those of archived records too: whoever restores one needs them. */
export async function sealedValues(dataSource: DataSource): Promise<SealedValue[]> {
  const found: SealedValue[] = [];
  for (const column of SEALED_COLUMNS) {
    const { table, column: name } = column;
    const rows = await dataSource.query<{ id: string; sealed: string }[]>(
      `SELECT id, ${name} AS sealed FROM ${table} WHERE ${name} IS NOT NULL ORDER BY id`,
    );
    found.push(...rows.map(({ id, sealed }) => ({ sealed, place: { table, column: name, row: id }, column })));
  }
  return found;
}
