import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What daily running needs: slots, heartbeats, approvals, alerts, a budget that processes share. */
export class EveryDay1763798400000 implements MigrationInterface {
  name = 'EveryDay1763798400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "alerts" (
        "id" uuid NOT NULL DEFAULT gen_random_uuid(),
        "psa_instance_id" uuid NOT NULL,
        "tenant_id" uuid NOT NULL,
        "condition" character varying(24) NOT NULL,
        "summary" text NOT NULL,
        "detail" text NOT NULL,
        "ticket_id" character varying(32),
        "told" text,
        "opened_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "told_at" TIMESTAMP WITH TIME ZONE,
        "closed_at" TIMESTAMP WITH TIME ZONE,
        "ticket_closed_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_60f895662df096bfcdfab7f4b96" PRIMARY KEY ("id")
      )`);
    await runner.query(`CREATE UNIQUE INDEX "alerts_one_open" ON "alerts" ("tenant_id", "condition") WHERE "closed_at" IS NULL`);
    await runner.query(`CREATE TABLE "integrator_slots" (
        "tenant_id" uuid NOT NULL,
        "slot" date NOT NULL,
        "due_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "state" character varying(12) NOT NULL,
        "import_id" uuid,
        "note" text,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "PK_1fec72c1fd336ba0f022ded8b72" PRIMARY KEY ("tenant_id", "slot")
      )`);
    await runner.query(`CREATE INDEX "integrator_slots_waiting" ON "integrator_slots" ("tenant_id") WHERE "state" = 'waiting'`);
    await runner.query(`CREATE TABLE "psa_budgets" (
        "psa_instance_id" uuid NOT NULL,
        "tokens" double precision NOT NULL,
        "refilled_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "paused_until" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "PK_b1bb4789e6f885e21fa3346d34e" PRIMARY KEY ("psa_instance_id")
      )`);
    await runner.query(`ALTER TABLE "changes" ADD "name" character varying(64)`);
    await runner.query(`ALTER TABLE "imports" ADD "heartbeat_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "imports" ADD "not_before" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "imports" ADD "slot" date`);
    await runner.query(`ALTER TABLE "imports" ADD "digest" character varying(64)`);
    await runner.query(`ALTER TABLE "imports" ADD "approval" jsonb`);
    await runner.query(`ALTER TABLE "tenants" ADD "paused_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "tenants" ADD "paused_why" text`);
    await runner.query(`ALTER TABLE "tenants" ADD "refusals" integer NOT NULL DEFAULT '0'`);
  }

  /** Forward only: a restored backup is the way back. */
  down(): Promise<void> {
    return Promise.reject(new Error('Isthmus migrations go forward only; restore a backup to go back.'));
  }
}
