import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an import found to be as it should be is not planned again while nothing that it was planned from is another. One row for each tenant. */
export class SettledPlans1770796800000 implements MigrationInterface {
  name = 'SettledPlans1770796800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "settled_plans" (
      "tenant_id" uuid NOT NULL,
      "basis" character varying(43) NOT NULL,
      "import_id" uuid NOT NULL,
      "parts" jsonb NOT NULL,
      CONSTRAINT "PK_settled_plans" PRIMARY KEY ("tenant_id")
    )`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
