import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What Halo sends: deliveries, the imports they ask for, and how many of them came. */
export class Webhooks1767945600000 implements MigrationInterface {
  name = 'Webhooks1767945600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "webhook_deliveries" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "psa_instance_id" uuid NOT NULL,
        "received_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "webhook_id" character varying(200),
        "body_hash" character(64) NOT NULL,
        "bytes" integer NOT NULL,
        "excerpt" text NOT NULL,
        "event" character varying(100),
        "client_id" character varying(32),
        "tenant" text,
        "state" character varying(12) NOT NULL,
        "detail" text,
        "repeats" integer NOT NULL DEFAULT '0',
        "repeated_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_535dd409947fb6d8fc6dfc0112a" PRIMARY KEY ("id")
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" ("psa_instance_id", "webhook_id") WHERE "webhook_id" IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX "webhook_deliveries_same_body" ON "webhook_deliveries" ("psa_instance_id", "body_hash", "received_at")`,
    );
    await runner.query(`CREATE INDEX "webhook_deliveries_newest" ON "webhook_deliveries" ("psa_instance_id", "received_at")`);
    await runner.query(`CREATE INDEX "webhook_deliveries_left" ON "webhook_deliveries" ("received_at") WHERE "state" = 'stored'`);
    await runner.query(`CREATE TABLE "webhook_imports" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "delivery_id" uuid NOT NULL,
        "tenant_id" uuid NOT NULL,
        "client_id" character varying(32),
        "state" character varying(12) NOT NULL,
        "import_id" uuid,
        "note" text,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "PK_f20e26ca3d3a64f50db690f67b4" PRIMARY KEY ("id"),
        CONSTRAINT "webhook_imports_delivery_fk" FOREIGN KEY ("delivery_id") REFERENCES "webhook_deliveries" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX "webhook_imports_of_delivery" ON "webhook_imports" ("delivery_id")`);
    await runner.query(`CREATE INDEX "webhook_imports_kept" ON "webhook_imports" ("tenant_id", "client_id") WHERE "state" = 'kept'`);
    await runner.query(`CREATE TABLE "webhook_counts" (
        "psa_instance_id" uuid NOT NULL,
        "event" character varying(16) NOT NULL,
        "outcome" character varying(12) NOT NULL,
        "counted" bigint NOT NULL,
        CONSTRAINT "PK_166bb27255fd3ac4c8fde713357" PRIMARY KEY ("psa_instance_id", "event", "outcome")
      )`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
