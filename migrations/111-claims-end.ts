import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A claim ends with its change, which says when; noting that here as well took two more index entries for each licence. The column stays for a while:
 * a process of an earlier version may still be running, and writes it.
 */
export class ClaimsEnd1772524800000 implements MigrationInterface {
  name = 'ClaimsEnd1772524800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "licence_claims_change"`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
