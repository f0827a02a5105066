import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Relay } from '../support/relay.js';

/** A connection that is silent for so long is given up. */
const SILENCE_MS = 400;
const LOCK = [0x69737468, 1];

describe('migrating, where a step takes longer than a connection may be silent', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  const impatient = async (url = database.url): Promise<DataSource> => createDataSource(url, { silenceMs: SILENCE_MS }).initialize();
  /** Once somebody waits for the migration lock. */
  const waitedFor = async (): Promise<void> => {
    for (let waiting = 0; waiting === 0;) {
      const rows = await database.dataSource.query<unknown[]>(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = $1 AND objid = $2`,
        LOCK,
      );
      waiting = rows.length;
    }
  };

  it('waits for as long as Postgres is at work', async () => {
    const source = await impatient();
    const other = database.dataSource.createQueryRunner();
    try {
      await other.query('SELECT pg_advisory_lock($1, $2)', LOCK);
      const migrated = migrate(source);
      migrated.catch(() => undefined);
      await waitedFor();
      await other.query('SELECT pg_sleep($1)', [(4 * SILENCE_MS) / 1000]);
      await other.query('SELECT pg_advisory_unlock($1, $2)', LOCK);
      expect(await migrated).toEqual([]);
    } finally {
      await other.release();
      await source.destroy();
    }
  });

  it('gives up a way that swallows everything', async () => {
    const relay = await Relay.to(database.url);
    const source = await impatient(relay.url);
    const other = database.dataSource.createQueryRunner();
    try {
      await other.query('SELECT pg_advisory_lock($1, $2)', LOCK);
      const migrated = migrate(source);
      migrated.catch(() => undefined);
      await waitedFor();
      relay.swallow();
      await expect(migrated).rejects.toThrow();
      await other.query('SELECT pg_advisory_unlock($1, $2)', LOCK);
    } finally {
      await other.release();
      await relay.cut();
      await source.destroy();
    }
  });
});
