import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes an import's attempt and state keys of its row, so that `FOR KEY SHARE` keeps out who would change them, and nobody else: with `FOR SHARE`,
 * progress and heartbeats waited for all fenced writes under way, and those for them.
 */
export class Fence1772611200000 implements MigrationInterface {
  name = 'Fence1772611200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE UNIQUE INDEX "imports_fence" ON "imports" ("id", "attempt", "state")`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
