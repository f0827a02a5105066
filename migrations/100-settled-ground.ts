import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An import that finds all as it was finds it out by one digest for all parts together, instead of one for each. */
export class SettledGround1772179200000 implements MigrationInterface {
  name = 'SettledGround1772179200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "settled_plans" ADD "ground" character varying(43)`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
