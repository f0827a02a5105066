import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isConnectionLost } from '../../src/database/connection-lost.js';
import { gaveWay } from '../../src/database/gave-way.js';
import { asProblem } from '../../src/http/as-problem.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** Has two wait for each other, and gives what they failed with. */
async function deadlock(): Promise<unknown[]> {
  const one = database.dataSource.createQueryRunner();
  const other = database.dataSource.createQueryRunner();
  try {
    await one.query(`CREATE TABLE IF NOT EXISTS left_one (); CREATE TABLE IF NOT EXISTS right_one ()`);
    await one.startTransaction();
    await other.startTransaction();
    await one.query(`LOCK TABLE left_one`);
    await other.query(`LOCK TABLE right_one`);
    const ends = await Promise.allSettled(
      [one.query(`LOCK TABLE right_one`), other.query(`LOCK TABLE left_one`)].map((end) => end.then(() => undefined)),
    );
    return ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  } finally {
    for (const each of [one, other]) await each.rollbackTransaction().then(() => each.release());
  }
}

it('of two who wait for each other, one is ended by Postgres, and it shows', async () => {
  const errors = await deadlock();
  expect(errors.map(gaveWay)).toEqual([true]);
  expect(errors.some(isConnectionLost)).toBe(false);
});

it('whoever asked for what gave way is told to try again, and nobody is woken for it', async () => {
  const problems = (await deadlock()).map(asProblem);
  expect(problems.map(({ status, headers }) => [status, Number(headers['retry-after']) > 0])).toEqual([[503, true]]);
});

it('a statement that is refused for itself did not give way', async () => {
  const refused = await database.dataSource.query('SELECT nonsense').catch((error: unknown) => error);
  expect(gaveWay(refused)).toBe(false);
  expect(gaveWay(new Error('deadlock detected'))).toBe(false);
});
