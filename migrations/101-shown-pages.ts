import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What each page of a list held is kept, so that one that comes as it came before is not understood again. One row for each tenant.
 *
 * Unlogged: the next look fills it again after a crash of Postgres, as every look goes over everything.
 */
export class ShownPages1772265600000 implements MigrationInterface {
  name = 'ShownPages1772265600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE UNLOGGED TABLE "shown_pages" (
      "tenant_id" uuid NOT NULL,
      "customers" jsonb,
      "subscriptions" jsonb,
      "psa_clients" jsonb,
      "psa_sites" jsonb,
      "psa_licences" jsonb,
      CONSTRAINT "PK_shown_pages" PRIMARY KEY ("tenant_id")
    )`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
