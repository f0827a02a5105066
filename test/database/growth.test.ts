import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** What Postgres has learned of a table's columns. */
async function learned(table: string): Promise<string[]> {
  const rows: { attname: string }[] = await database.dataSource.query(`SELECT attname FROM pg_stats WHERE tablename = $1 ORDER BY 1`, [
    table,
  ]);
  return rows.map(({ attname }) => attname);
}

it('A table that fills is known to Postgres at once', async () => {
  // Nobody else looks: whether it happens by itself within the test would be a matter of time.
  await database.dataSource.query(`ALTER TABLE psa_licences SET (autovacuum_enabled = false)`);
  const fill = (): Promise<unknown> =>
    database.dataSource.query(
      `INSERT INTO psa_licences (tenant_id, licence_id, digest, client_id, record)
       SELECT $1, md5(random()::text), 'd', n % 10, jsonb_build_object('name', repeat('x', 100)) FROM generate_series(1, 1000) AS n`,
      [randomUUID()],
    );
  expect(await learned('psa_licences')).toEqual([]);
  await fill();
  expect(await learned('psa_licences')).toEqual(['client_id', 'digest', 'key_of', 'licence_id', 'record', 'tenant_id']);
});
