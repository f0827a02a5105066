import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who comes in with a browser: sessions, links that begin them, what agents of Halo may do, and how often it was tried. */
export class SignIn1767081600000 implements MigrationInterface {
  name = 'SignIn1767081600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "agents" (
        "psa_instance_id" uuid NOT NULL,
        "agent_id" character varying(32) NOT NULL,
        "name" character varying(200) NOT NULL,
        "role" character varying(16) NOT NULL DEFAULT 'viewer',
        "granted_by" character varying(200),
        "granted_at" TIMESTAMP WITH TIME ZONE,
        "signed_in_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "agents_pk" PRIMARY KEY ("psa_instance_id", "agent_id")
      )`);
    await runner.query(`CREATE TABLE "sessions" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "session_hash" character(64) NOT NULL,
        "via" character varying(8) NOT NULL,
        "psa_instance_id" uuid,
        "agent_id" character varying(32),
        "name" character varying(200) NOT NULL,
        "started_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "ends_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "ended_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "sessions_pk" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE UNIQUE INDEX "sessions_hash" ON "sessions" ("session_hash")`);
    await runner.query(`CREATE INDEX "sessions_open" ON "sessions" ("psa_instance_id") WHERE "ended_at" IS NULL`);
    await runner.query(`CREATE TABLE "sign_in_links" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "token_hash" character(64) NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "used_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "sign_in_links_pk" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE UNIQUE INDEX "sign_in_links_hash" ON "sign_in_links" ("token_hash")`);
    await runner.query(`CREATE TABLE "throttles" (
        "key" character varying(200) NOT NULL,
        "hits" integer NOT NULL,
        "ends_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT "throttles_pk" PRIMARY KEY ("key")
      )`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
