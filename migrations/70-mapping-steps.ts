import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What somebody last said of a mapping, so that it can be taken back. */
export class MappingSteps1769673600000 implements MigrationInterface {
  name = 'MappingSteps1769673600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "mappings" ADD "last_step" jsonb`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
