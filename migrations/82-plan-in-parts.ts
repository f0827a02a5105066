import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A plan is stored part by part and read back to be applied, so all that applying it needs is to be there. */
export class PlanInParts1770710400000 implements MigrationInterface {
  name = 'PlanInParts1770710400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "changes" ADD "beside" jsonb`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
