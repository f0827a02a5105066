import type { DataSource } from 'typeorm';

/**
 * Counts a call that a vendor refused with 429. Such calls are rare, so each is counted in the database, where it outlives this
 * process. Never fails: a figure is not worth a call.
 */
export function countRefusal(
  dataSource: DataSource,
  logger: { debug(fields: object, message: string): void },
  tenantId: string,
  vendor: 'marketplace' | 'psa',
): void {
  dataSource
    .query(
      `INSERT INTO vendor_refusals (tenant_id, vendor, refused) VALUES ($1, $2, 1)
       ON CONFLICT (tenant_id, vendor) DO UPDATE SET refused = vendor_refusals.refused + 1`,
      [tenantId, vendor],
    )
    .catch((error: unknown) => logger.debug({ err: error, vendor }, 'A refused call was not counted'));
}
