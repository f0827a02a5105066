import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What saves calls: customers as they were read, what an import must read again, array sizes, and who goes first. */
export class FewCalls1765353600000 implements MigrationInterface {
  name = 'FewCalls1765353600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "customers" ADD "detail" jsonb, ADD "detail_row" jsonb, ADD "read_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "imports" ADD "read_since" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "psa_instances" ADD "records_per_call" integer NOT NULL DEFAULT '100'`);
    await runner.query(`ALTER TABLE "psa_budgets" ADD "people_until" TIMESTAMP WITH TIME ZONE`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
