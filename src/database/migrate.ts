import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Logger } from '../observability/logger.js';
import { installQueueSchema } from '../queue/schema.js';
import { whileAtWork } from './while-at-work.js';

/** The advisory lock that one migrating process holds: "isth" in ASCII, and 1. Other programs on the server use other numbers. */
const LOCK = [0x69737468, 1];

/** The database was migrated by a newer Isthmus than this one. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
  constructor(found: string, known: string) {
    super(
      `The database has the schema of a newer Isthmus (it holds "${found}", this version knows steps up to "${known}"). Start the newer version, or restore a backup made before it.`,
    );
  }
}

/**
 * Brings the schema, the queue's included, up to date. Any number of processes may do it at once: one works, the others wait
 * for it. A step that fails is undone and named in the error.
 * @returns the names of the steps that were run, none when all was up to date.
 * @throws SchemaTooNew when the database is ahead of the code.
 */
export async function migrate(dataSource: DataSource, logger?: Logger): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    // Waiting for the lock, and a long step, may take more than a statement is otherwise given, and than a connection may be silent.
    return await whileAtWork(dataSource, runner, () => locked(dataSource, runner, logger));
  } finally {
    await runner.release();
  }
}

async function locked(dataSource: DataSource, runner: QueryRunner, logger?: Logger): Promise<string[]> {
  await runner.query('SET statement_timeout = 0');
  await runner.query('SELECT pg_advisory_lock($1, $2)', LOCK);
  try {
    await refuseNewer(dataSource, runner);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    const run = await executor.executePendingMigrations();
    await installQueueSchema(dataSource);
    for (const { name } of run) logger?.info({ migration: name }, 'Migrated the database');
    return run.map(({ name }) => name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1, $2)', LOCK);
    await runner.query('RESET statement_timeout');
  }
}

/** @throws SchemaTooNew when the database is ahead of the code. */
export async function requireKnownSchema(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await refuseNewer(dataSource, runner);
  } finally {
    await runner.release();
  }
}

/** Names of the schema's steps that this version knows and the database lacks. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const applied = new Set(await appliedMigrations(runner));
    return knownMigrations(dataSource).filter((name) => !applied.has(name));
  } finally {
    await runner.release();
  }
}

/** Whether the database has exactly the steps that this version knows: a newer process may have migrated it since this one started. */
export async function isSchemaOurs(dataSource: DataSource): Promise<boolean> {
  const runner = dataSource.createQueryRunner();
  try {
    const [applied, known] = [await appliedMigrations(runner), knownMigrations(dataSource)];
    return applied.length === known.length && applied.every((name) => known.includes(name));
  } finally {
    await runner.release();
  }
}

async function refuseNewer(dataSource: DataSource, runner: QueryRunner): Promise<void> {
  const known = knownMigrations(dataSource);
  const unknown = (await appliedMigrations(runner)).filter((name) => !known.includes(name));
  const newest = unknown.at(-1);
  if (newest !== undefined) throw new SchemaTooNew(newest, known.at(-1) ?? 'none');
}

async function appliedMigrations(runner: QueryRunner): Promise<string[]> {
  const [table] = (await runner.query(`SELECT to_regclass('migrations') IS NOT NULL AS there`)) as { there: boolean }[];
  if (!table?.there) return [];
  const rows = (await runner.query('SELECT name FROM migrations ORDER BY timestamp, id')) as { name: string }[];
  return rows.map(({ name }) => name);
}

function knownMigrations(dataSource: DataSource): string[] {
  return dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
}
