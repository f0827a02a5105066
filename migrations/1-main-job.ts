import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the main job: what is configured, what was seen, what was done. */
export class MainJob1763712000000 implements MigrationInterface {
  name = 'MainJob1763712000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "api_tokens" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "psa_instance_id" uuid,
        "role" character varying(16) NOT NULL,
        "name" character varying(200) NOT NULL,
        "token_hash" character(64) NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "last_used_at" TIMESTAMP WITH TIME ZONE,
        "expires_at" TIMESTAMP WITH TIME ZONE,
        "revoked_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_c587455266b5fa8dace7194caac" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE UNIQUE INDEX "api_tokens_hash" ON "api_tokens" ("token_hash")`);
    await runner.query(`CREATE TABLE "changes" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "psa_instance_id" uuid NOT NULL,
        "tenant_id" uuid NOT NULL,
        "import_id" uuid NOT NULL,
        "attempt" integer NOT NULL,
        "sequence" integer NOT NULL,
        "entity" character varying(8) NOT NULL,
        "action" character varying(12) NOT NULL,
        "customer_id" character varying(64),
        "subscription_id" character varying(64),
        "line" text,
        "psa_id" character varying(32),
        "before" jsonb,
        "planned" jsonb NOT NULL,
        "after" jsonb NOT NULL,
        "state" character varying(12) NOT NULL DEFAULT 'planned',
        "message" text,
        "youngest_before" bigint,
        "sent_at" TIMESTAMP WITH TIME ZONE,
        "settled_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_ee28fdddd557d6e0d4949a9741f" PRIMARY KEY ("id")
      )`);
    await runner.query(
      `CREATE INDEX "changes_open_client_creates" ON "changes" ("psa_instance_id") WHERE "entity" = 'client' AND "action" = 'create' AND "state" = 'sent'`,
    );
    await runner.query(
      `CREATE INDEX "changes_of_record" ON "changes" ("tenant_id", "entity", "psa_id", "settled_at") WHERE "state" = 'applied'`,
    );
    await runner.query(`CREATE INDEX "changes_of_import" ON "changes" ("import_id", "sequence")`);
    await runner.query(`CREATE TABLE "customers" (
        "tenant_id" uuid NOT NULL,
        "customer_id" character varying(64) NOT NULL,
        "name" text NOT NULL,
        "status" character varying(16) NOT NULL,
        "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "gone_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_2b6ee0e150a3fa7e5a95ffafab4" PRIMARY KEY ("tenant_id", "customer_id")
      )`);
    await runner.query(`CREATE INDEX "customers_name" ON "customers" ("tenant_id", "name")`);
    await runner.query(`CREATE TABLE "imports" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "psa_instance_id" uuid NOT NULL,
        "tenant_id" uuid NOT NULL,
        "entities" character varying(20) array NOT NULL,
        "customer_id" character varying(64),
        "client_id" character varying(32),
        "trigger" character varying(10) NOT NULL,
        "requested_by" text NOT NULL,
        "preview" boolean NOT NULL DEFAULT false,
        "state" character varying(24) NOT NULL DEFAULT 'queued',
        "phase" character varying(12) NOT NULL DEFAULT 'waiting',
        "progress_done" integer NOT NULL DEFAULT '0',
        "progress_total" integer,
        "counts" jsonb NOT NULL,
        "calls_marketplace" integer NOT NULL DEFAULT '0',
        "calls_psa" integer NOT NULL DEFAULT '0',
        "attempt" integer NOT NULL DEFAULT '0',
        "error" jsonb,
        "remarks" jsonb NOT NULL DEFAULT '[]',
        "cancel_requested_at" TIMESTAMP WITH TIME ZONE,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "started_at" TIMESTAMP WITH TIME ZONE,
        "finished_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_ea10c62f5eb1d75e83d8b5225db" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE INDEX "imports_by_tenant" ON "imports" ("tenant_id", "created_at")`);
    await runner.query(`CREATE UNIQUE INDEX "imports_one_at_a_time" ON "imports" ("tenant_id") WHERE "state" IN ('queued', 'running')`);
    await runner.query(`CREATE TABLE "links" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "psa_instance_id" uuid NOT NULL,
        "tenant_id" uuid NOT NULL,
        "subscription_id" character varying(64) NOT NULL,
        "line" text NOT NULL,
        "licence_id" character varying(32),
        "origin" character varying(8),
        "create_anyway" boolean NOT NULL DEFAULT false,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "archived_at" TIMESTAMP WITH TIME ZONE,
        "archived_why" character varying(10),
        CONSTRAINT "PK_ecf17f4a741d3c5ba0b4c5ab4b6" PRIMARY KEY ("id")
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX "links_one_for_each_licence" ON "links" ("psa_instance_id", "licence_id") WHERE "archived_at" IS NULL AND "licence_id" IS NOT NULL`,
    );
    await runner.query(
      `CREATE UNIQUE INDEX "links_one_for_each_line" ON "links" ("tenant_id", "subscription_id", "line") WHERE "archived_at" IS NULL`,
    );
    await runner.query(`CREATE TABLE "mappings" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "tenant_id" uuid NOT NULL,
        "customer_id" character varying(64) NOT NULL,
        "state" character varying(10) NOT NULL,
        "client_id" character varying(32),
        "client_name" text,
        "origin" character varying(8),
        "candidates" jsonb NOT NULL DEFAULT '[]',
        "note" text,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "archived_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_f77700976d4a5ff7d7ed8445c03" PRIMARY KEY ("id")
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX "mappings_one_for_each_customer" ON "mappings" ("tenant_id", "customer_id") WHERE "archived_at" IS NULL`,
    );
    await runner.query(`CREATE TABLE "open_orders" (
        "tenant_id" uuid NOT NULL,
        "order_id" character varying(64) NOT NULL,
        "customer_id" character varying(64) NOT NULL,
        "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT "PK_8f0692cf6f75f5063220c97cb02" PRIMARY KEY ("tenant_id", "order_id")
      )`);
    await runner.query(`CREATE TABLE "psa_instances" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "name" character varying(200) NOT NULL,
        "enabled" boolean NOT NULL DEFAULT true,
        "base_url" text NOT NULL,
        "auth_url" text,
        "halo_tenant" character varying(200),
        "client_id" character varying(200) NOT NULL,
        "client_secret" text NOT NULL,
        "iframe_secret" text,
        "webhook_secret" text NOT NULL,
        "secrets_set_at" jsonb NOT NULL DEFAULT '{}',
        "calls_per_5_minutes" integer NOT NULL DEFAULT '300',
        "alert_ticket_type_id" character varying(32),
        "alert_client_id" character varying(32),
        "client_keys_kept" boolean,
        "licence_keys_kept" boolean,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "archived_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_bbb66fff112e3f5c713beb95113" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE TABLE "skips" (
        "id" bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        "import_id" uuid NOT NULL,
        "entity" character varying(12) NOT NULL,
        "marketplace_id" character varying(64) NOT NULL,
        "line" text,
        "psa_id" character varying(32),
        "reason" character varying(20) NOT NULL,
        "detail" text NOT NULL,
        CONSTRAINT "PK_df44fff58c683bc4f9bd75174e2" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE INDEX "skips_of_import" ON "skips" ("import_id", "reason")`);
    await runner.query(`CREATE TABLE "subscription_history" (
        "id" bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
        "tenant_id" uuid NOT NULL,
        "subscription_id" character varying(64) NOT NULL,
        "line" text NOT NULL,
        "quantity" numeric,
        "unit_cost" numeric,
        "cost_currency" character varying(8),
        "unit_price" numeric,
        "price_currency" character varying(8),
        "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT "PK_91a0ee8b462f23bfb2ad7924754" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE INDEX "subscription_history_line" ON "subscription_history" ("tenant_id", "subscription_id", "line")`);
    await runner.query(`CREATE TABLE "subscription_lines" (
        "tenant_id" uuid NOT NULL,
        "subscription_id" character varying(64) NOT NULL,
        "line" text NOT NULL,
        "customer_id" character varying(64) NOT NULL,
        "manufacturer" text,
        "mpn" text,
        "product_name" text,
        "quantity" numeric,
        "term" character varying(16),
        "billing_period" character varying(16),
        "unit_cost" numeric,
        "cost_currency" character varying(8),
        "unit_price" numeric,
        "price_currency" character varying(8),
        CONSTRAINT "PK_e55a5c7ac1fc3b0ff8b4d0c2727" PRIMARY KEY ("tenant_id", "subscription_id", "line")
      )`);
    await runner.query(`CREATE INDEX "subscription_lines_customer" ON "subscription_lines" ("tenant_id", "customer_id")`);
    await runner.query(`CREATE TABLE "subscriptions" (
        "tenant_id" uuid NOT NULL,
        "subscription_id" character varying(64) NOT NULL,
        "customer_id" character varying(64) NOT NULL,
        "name" text,
        "status" character varying(16) NOT NULL,
        "row" jsonb NOT NULL,
        "detail" jsonb,
        "detail_row" jsonb,
        "read_at" TIMESTAMP WITH TIME ZONE,
        "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "gone_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_6999969b2aafd08cdef00611265" PRIMARY KEY ("tenant_id", "subscription_id")
      )`);
    await runner.query(`CREATE INDEX "subscriptions_customer" ON "subscriptions" ("tenant_id", "customer_id")`);
    await runner.query(`CREATE TABLE "tenants" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "psa_instance_id" uuid NOT NULL,
        "name" character varying(200) NOT NULL,
        "enabled" boolean NOT NULL DEFAULT true,
        "api_url" text NOT NULL,
        "marketplace" character varying(5) NOT NULL,
        "username" character varying(320) NOT NULL,
        "password" text NOT NULL,
        "subscription_key" text NOT NULL,
        "application_id" character varying(200),
        "account_id" character varying(64),
        "country" character varying(2),
        "currency" character varying(3),
        "client_import" jsonb NOT NULL,
        "subscription_import" jsonb NOT NULL,
        "integrator" jsonb NOT NULL,
        "guard" jsonb NOT NULL,
        "status" character varying(10) NOT NULL DEFAULT 'untested',
        "verified_at" TIMESTAMP WITH TIME ZONE,
        "secrets_set_at" jsonb NOT NULL DEFAULT '{}',
        "orders_read_until" TIMESTAMP WITH TIME ZONE,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "archived_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_53be67a04681c66b87ee27c9321" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE INDEX "tenants_psa_instance" ON "tenants" ("psa_instance_id")`);
    await runner.query(
      `ALTER TABLE "tenants" ADD CONSTRAINT "tenants_psa_instance_fk" FOREIGN KEY ("psa_instance_id") REFERENCES "psa_instances"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    );
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
