import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isConnectionLost } from '../../src/database/connection-lost.js';
import { createDataSource } from '../../src/database/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Relay } from '../support/relay.js';

const SILENCE_MS = 150;

describe('a connection whose way swallows everything', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  it('is given up after a silence, so that neither a statement nor its place in the pool is lost for ever', async () => {
    const relay = await Relay.to(database.url);
    const dataSource = createDataSource(relay.url, { poolSize: 1, silenceMs: SILENCE_MS });
    await dataSource.initialize();
    try {
      await dataSource.query('SELECT 1');
      relay.swallow();
      const error = await dataSource.query('SELECT 1').catch((caught: unknown) => caught);
      expect(isConnectionLost(error)).toBe(true);
      await relay.mend();
      expect(await dataSource.query('SELECT 2 AS two')).toEqual([{ two: 2 }]);
    } finally {
      await dataSource.destroy();
      await relay.cut();
    }
  });

  it('is kept while it is used', async () => {
    const dataSource = createDataSource(database.url, { poolSize: 1, silenceMs: SILENCE_MS });
    await dataSource.initialize();
    try {
      const runner = dataSource.createQueryRunner();
      const pid = await runner.query('SELECT pg_backend_pid() AS pid');
      for (let again = 0; again < 4; again += 1) await runner.query('SELECT pg_sleep(0.1)');
      expect(await runner.query('SELECT pg_backend_pid() AS pid')).toEqual(pid);
      await runner.release();
    } finally {
      await dataSource.destroy();
    }
  });
});
