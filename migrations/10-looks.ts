import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lets the database hold what a look showed of either side, so that no process has to: each record with a digest, by which a look
 * that changes nothing writes nothing.
 *
 * What the PSA showed is unlogged: the next look fills it again after a crash of Postgres, as every look goes over everything.
 */
export class Looks1764489600000 implements MigrationInterface {
  name = 'Looks1764489600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "customers" ADD "row" jsonb`);
    await runner.query(`ALTER TABLE "customers" ADD "digest" character varying(43)`);
    await runner.query(`ALTER TABLE "customers" ADD "exact_name" character varying(43)`);
    await runner.query(`ALTER TABLE "customers" ADD "listed" boolean NOT NULL DEFAULT true`);
    await runner.query(`CREATE INDEX "customers_exact_name" ON "customers" ("tenant_id", "exact_name")`);
    await runner.query(`ALTER TABLE "subscriptions" ADD "digest" character varying(43)`);
    await runner.query(`ALTER TABLE "subscriptions" ADD "listed" boolean NOT NULL DEFAULT true`);
    await runner.query(`ALTER TABLE "subscriptions" ADD "read_by" uuid`);
    await runner.query(`ALTER TABLE "subscriptions" ADD "read_attempt" integer`);
    await runner.query(`CREATE INDEX "subscriptions_unlisted" ON "subscriptions" ("tenant_id") WHERE NOT "listed"`);
    await runner.query(`CREATE INDEX "links_archived" ON "links" ("psa_instance_id", "licence_id") WHERE "archived_at" IS NOT NULL`);
    await runner.query(`CREATE INDEX "mappings_client" ON "mappings" ("tenant_id", "client_id") WHERE "archived_at" IS NULL`);
    await runner.query(`CREATE UNLOGGED TABLE "psa_clients" (
        "tenant_id" uuid NOT NULL,
        "client_id" character varying(32) NOT NULL,
        "ref" character varying(200),
        "exact_name" character varying(43) NOT NULL,
        "loose_name" character varying(43) NOT NULL,
        "digest" character varying(43) NOT NULL,
        "record" jsonb NOT NULL,
        CONSTRAINT "PK_psa_clients" PRIMARY KEY ("tenant_id", "client_id")
      )`);
    await runner.query(`CREATE INDEX "psa_clients_ref" ON "psa_clients" ("tenant_id", "ref") WHERE "ref" IS NOT NULL`);
    await runner.query(`CREATE INDEX "psa_clients_exact_name" ON "psa_clients" ("tenant_id", "exact_name")`);
    await runner.query(`CREATE INDEX "psa_clients_loose_name" ON "psa_clients" ("tenant_id", "loose_name")`);
    await runner.query(`CREATE UNLOGGED TABLE "psa_sites" (
        "tenant_id" uuid NOT NULL,
        "site_id" character varying(32) NOT NULL,
        "client_id" character varying(32) NOT NULL,
        "digest" character varying(43) NOT NULL,
        "record" jsonb NOT NULL,
        CONSTRAINT "PK_psa_sites" PRIMARY KEY ("tenant_id", "site_id")
      )`);
    await runner.query(`CREATE INDEX "psa_sites_client" ON "psa_sites" ("tenant_id", "client_id")`);
    await runner.query(`CREATE UNLOGGED TABLE "psa_licences" (
        "tenant_id" uuid NOT NULL,
        "licence_id" character varying(32) NOT NULL,
        "client_id" character varying(32) NOT NULL,
        "key_of" character varying(64),
        "digest" character varying(43) NOT NULL,
        "record" jsonb NOT NULL,
        CONSTRAINT "PK_psa_licences" PRIMARY KEY ("tenant_id", "licence_id")
      )`);
    await runner.query(`CREATE INDEX "psa_licences_client" ON "psa_licences" ("tenant_id", "client_id")`);
    await runner.query(`CREATE INDEX "psa_licences_key" ON "psa_licences" ("tenant_id", "key_of") WHERE "key_of" IS NOT NULL`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
