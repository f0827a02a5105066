import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who did what: a table that only grows, which the database itself sees to. */
export class Audit1768809600000 implements MigrationInterface {
  name = 'Audit1768809600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "audit" (
        "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        "at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
        "psa_instance_id" uuid,
        "actor_kind" character varying(16) NOT NULL,
        "actor_id" text,
        "actor_name" text NOT NULL,
        "action" character varying(16) NOT NULL,
        "entity" character varying(24) NOT NULL,
        "entity_id" text,
        "request_id" uuid,
        "before" jsonb,
        "after" jsonb,
        CONSTRAINT "PK_1d3d120ddaf7bc9b1ed68ed463a" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE INDEX "audit_of_record" ON "audit" ("entity", "entity_id", "id")`);
    await runner.query(`CREATE INDEX "audit_of_psa_instance" ON "audit" ("psa_instance_id", "id")`);
    await runner.query(`CREATE FUNCTION "audit_only_grows"() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'The audit trail only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(
      `CREATE TRIGGER "audit_no_change" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION "audit_only_grows"()`,
    );
    // Also where triggers are switched off for a session, as replication does.
    await runner.query(`ALTER TABLE "audit" ENABLE ALWAYS TRIGGER "audit_no_change"`);
    // Refused before any trigger, unless the user is the server's own.
    await runner.query(`REVOKE UPDATE, DELETE, TRUNCATE ON "audit" FROM PUBLIC, CURRENT_USER`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
