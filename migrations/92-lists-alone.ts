import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is gone through for a page of a list. */
const TABLES = ['listed_customers', 'listed_lines', 'changes'];

/**
 * A list is read without further processes of Postgres. Each would be started for this one statement and first come to know the tables' pages:
 * that took more time than it saved, and many people may look at lists at once.
 */
export class ListsAlone1771574400000 implements MigrationInterface {
  name = 'ListsAlone1771574400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE "${table}" SET (parallel_workers = 0)`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
