import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What processes must know of each other's calls: how far a PSA's budget was slowed down, and how many calls were refused. */
export class SharedFigures1763884800000 implements MigrationInterface {
  name = 'SharedFigures1763884800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "psa_budgets" ADD "share" double precision NOT NULL DEFAULT '1'`);
    await runner.query(`CREATE TABLE "vendor_refusals" (
        "tenant_id" uuid NOT NULL,
        "vendor" character varying(12) NOT NULL,
        "refused" bigint NOT NULL,
        CONSTRAINT "PK_47655e0e634c30e41e2e0a15537" PRIMARY KEY ("tenant_id", "vendor")
      )`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
