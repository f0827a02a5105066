import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isConnectionLost } from '../../src/database/connection-lost.js';
import { gaveWay } from '../../src/database/gave-way.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

it('of two who wait for each other, one is ended by Postgres, and it shows', async () => {
  const one = database.dataSource.createQueryRunner();
  const other = database.dataSource.createQueryRunner();
  try {
    await one.query(`CREATE TABLE left_one (); CREATE TABLE right_one ()`);
    await one.startTransaction();
    await other.startTransaction();
    await one.query(`LOCK TABLE left_one`);
    await other.query(`LOCK TABLE right_one`);
    const ends = await Promise.allSettled(
      [one.query(`LOCK TABLE right_one`), other.query(`LOCK TABLE left_one`)].map((end) => end.then(() => undefined)),
    );
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    expect(errors.map(gaveWay)).toEqual([true]);
    expect(errors.some(isConnectionLost)).toBe(false);
  } finally {
    for (const each of [one, other]) await each.rollbackTransaction().then(() => each.release());
  }
});

it('a statement that is refused for itself did not give way', async () => {
  const refused = await database.dataSource.query('SELECT nonsense').catch((error: unknown) => error);
  expect(gaveWay(refused)).toBe(false);
  expect(gaveWay(new Error('deadlock detected'))).toBe(false);
});
