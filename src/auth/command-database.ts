import type { DataSource } from 'typeorm';
import type { Config } from '../config.js';
import { migrate, pendingMigrations, requireKnownSchema } from '../database/migrate.js';
import { type Database, openDatabase } from '../database/open.js';
import { createLogger } from '../observability/logger.js';

/** Does a command's work on the database, beside a running service or alone. @throws Error when its schema is not today's. */
export async function onMigrated<T>(config: Config, work: (dataSource: DataSource, database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(config, createLogger({ level: 'warn', stream: 'stderr' }), { join: true });
  try {
    const { dataSource } = database;
    await requireKnownSchema(dataSource);
    // An embedded database that nobody runs is ours; any other one is migrated by who runs it.
    if (config.databaseUrl === undefined && !database.joined) await migrate(dataSource);
    else if ((await pendingMigrations(dataSource)).length > 0) {
      throw new Error("The database's schema is not up to date: run `isthmus migrate`, or start the service once.");
    }
    return await work(dataSource, database);
  } finally {
    await database.close();
  }
}
