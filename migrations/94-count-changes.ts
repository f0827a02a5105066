import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Few values, so that Postgres keeps each once with the places of all its rows: what counts the changes of an import goes through a small part of the pages. */
export class CountChanges1771660800000 implements MigrationInterface {
  name = 'CountChanges1771660800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX "changes_counted" ON "changes" ("import_id", "entity", "action", "state")`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
