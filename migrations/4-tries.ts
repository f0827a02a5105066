import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Attempts of an import that count towards their bound, which those that a stopping process handed back do not. */
export class Tries1763971200000 implements MigrationInterface {
  name = 'Tries1763971200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "imports" ADD "tries" integer NOT NULL DEFAULT '0'`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
