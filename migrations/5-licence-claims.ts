import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Claims of the keys of licences, so that two tenants of one marketplace account make no twins. */
export class LicenceClaims1764057600000 implements MigrationInterface {
  name = 'LicenceClaims1764057600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "licence_claims" (
        "psa_instance_id" uuid NOT NULL,
        "key" text NOT NULL,
        "tenant_id" uuid NOT NULL,
        "import_id" uuid NOT NULL,
        "change_id" uuid NOT NULL,
        "ended_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_licence_claims" PRIMARY KEY ("psa_instance_id", "key")
      )`);
    await runner.query(`CREATE INDEX "licence_claims_change" ON "licence_claims" ("change_id")`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
