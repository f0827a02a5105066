import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/database/connect.js';
import { migrate, pendingMigrations, SchemaTooNew } from '../../src/database/migrate.js';
import { migrations } from '../../migrations/index.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.js';

const newest = new (migrations.at(-1)!)().name;

describe('migrating an empty database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.close());

  it('makes the tables and the queue, and the second time does nothing', async () => {
    expect(await pendingMigrations(database.dataSource)).toHaveLength(migrations.length);
    expect(await migrate(database.dataSource)).toHaveLength(migrations.length);
    expect(await migrate(database.dataSource)).toEqual([]);
    expect(await pendingMigrations(database.dataSource)).toEqual([]);
    const [row] = await database.dataSource.query<{ imports: string; queue: string }[]>(
      `SELECT to_regclass('imports') AS imports, to_regclass('pgboss.queue') AS queue`,
    );
    expect(row).toEqual({ imports: 'imports', queue: 'pgboss.queue' });
  });

  it('may be done by four processes at once', async () => {
    const sources = await Promise.all([1, 2, 3, 4].map(() => connect(database.url)));
    try {
      const runs = await Promise.all(sources.map((source) => migrate(source)));
      expect(runs.flat()).toHaveLength(migrations.length);
      const queues = await database.dataSource.query<unknown[]>('SELECT name FROM pgboss.queue');
      expect(queues).toHaveLength(1);
    } finally {
      await Promise.all(sources.map((source) => source.destroy()));
    }
  });

  it('refuses a schema that a newer version made, and names both', async () => {
    await migrate(database.dataSource);
    await database.dataSource.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`);
    const attempt = migrate(database.dataSource);
    await expect(attempt).rejects.toThrow(SchemaTooNew);
    await expect(attempt).rejects.toThrow('FromTheFuture9999999999999');
    await expect(attempt).rejects.toThrow(newest);
  });
});

describe('entities and migrations', () => {
  let database: TestDatabase;
  afterAll(() => database.close());

  it('say the same', async () => {
    database = await createTestDatabase();
    const drift = await database.dataSource.driver.createSchemaBuilder().log();
    expect(drift.upQueries.map((query) => query.query)).toEqual([]);
  });
});
