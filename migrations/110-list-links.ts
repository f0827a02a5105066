import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * As in `80-list-by-index.ts`, but for new links: where their lines stand in the list as skipped, which is so for all that an import creates,
 * they are now linked, and nothing else is to be worked out. The list's rows are locked in the order of all who write them. Where a row is
 * not there to be seen, or somebody else wrote it meanwhile, everything is worked out as ever.
 */
const LINKS_CHANGED = `CREATE OR REPLACE FUNCTION list_changed_links() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
  DECLARE
    linked bigint;
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      PERFORM list_lines(array_agg(changed.tenant_id), array_agg(changed.subscription_id::text)) FROM (
        SELECT id, tenant_id, subscription_id, licence_id, archived_at FROM changed
        EXCEPT SELECT id, tenant_id, subscription_id, licence_id, archived_at FROM were) AS changed;
      RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
      UPDATE listed_lines SET state = 'linked' WHERE ctid = ANY(ARRAY(
        SELECT l.ctid FROM (SELECT tenant_id, subscription_id, line FROM changed WHERE licence_id IS NOT NULL AND archived_at IS NULL
          ORDER BY tenant_id, subscription_id, line) AS k
        CROSS JOIN LATERAL (SELECT ctid FROM listed_lines AS l WHERE l.tenant_id = k.tenant_id AND l.subscription_id = k.subscription_id
          AND l.line = k.line AND l.state = 'skipped' FOR UPDATE) AS l
      ));
      GET DIAGNOSTICS linked = ROW_COUNT;
      IF linked > 0 THEN
        INSERT INTO list_steps (tenant_id, steps) SELECT DISTINCT tenant_id, 1 FROM changed;
      END IF;
      IF linked = (SELECT count(*) FROM changed) THEN RETURN NULL; END IF;
    END IF;
    PERFORM list_lines(array_agg(changed.tenant_id), array_agg(changed.subscription_id::text)) FROM changed;
    RETURN NULL;
  END $$`;

/** Linking what was just created took half as long again as storing the links. */
export class ListLinks1772438400000 implements MigrationInterface {
  name = 'ListLinks1772438400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LINKS_CHANGED);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
