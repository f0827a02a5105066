import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an import may fill within a minute. */
const TABLES = [
  'changes',
  'customers',
  'licence_claims',
  'links',
  'listed_customers',
  'listed_lines',
  'mappings',
  'psa_clients',
  'psa_licences',
  'psa_sites',
  'subscription_history',
  'subscription_lines',
  'subscriptions',
];

/**
 * Lets Postgres learn what tables hold while they grow. By itself it looks once a minute, at the earliest; until then it takes a tenant for
 * something rare, so that any index that begins with the tenant looks as good as the one that finds the record, and a first import goes
 * through whole tables for each batch.
 *
 * Looked at are tables that grew fourfold since, a handful of times while one fills. Nobody waits for it: where somebody else looks, or keeps
 * the table to themselves, that is enough.
 */
export class Growth1770624000000 implements MigrationInterface {
  name = 'Growth1770624000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE FUNCTION analyze_if_grown() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        pages bigint := pg_relation_size(TG_RELID) / 8192;
      BEGIN
        IF pages >= 8 AND pages > 4 * (SELECT relpages FROM pg_class WHERE oid = TG_RELID) THEN
          EXECUTE format('ANALYZE (SKIP_LOCKED) %s', TG_RELID::regclass);
        END IF;
        RETURN NULL;
      END $$`);
    for (const table of TABLES) {
      await runner.query(
        `CREATE TRIGGER "${table}_grown" AFTER INSERT ON "${table}" FOR EACH STATEMENT EXECUTE FUNCTION analyze_if_grown()`,
      );
    }
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
