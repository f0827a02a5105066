import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../src/database/data-source.js';
import { namedWhenRepeated, prepared, preparedByText, preparedName } from '../../src/database/prepared.js';
import { mortalClient } from '../../src/database/mortal-client.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const NAMES = `SELECT name FROM pg_prepared_statements`;

describe('a statement that is marked to be prepared', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  it('is prepared once for a connection, takes parameters and answers as any other', async () => {
    const dataSource = createDataSource(database.url, { poolSize: 1 });
    await dataSource.initialize();
    try {
      const double = prepared('double_it', 'SELECT 2 * $1::int AS twice');
      expect(await dataSource.query(NAMES)).toEqual([]);
      for (const n of [1, 2, 3]) expect(await dataSource.query(double, [n])).toEqual([{ twice: 2 * n }]);
      expect(await dataSource.query(NAMES)).toEqual([{ name: 'double_it' }]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('is known by its text, where that is its name', async () => {
    const dataSource = createDataSource(database.url, { poolSize: 1 });
    await dataSource.initialize();
    try {
      const [add, take] = ['SELECT 1 + $1::int AS n', 'SELECT 1 - $1::int AS n'] as const;
      for (const n of [1, 2]) {
        expect(await dataSource.query(preparedByText(add), [n])).toEqual([{ n: 1 + n }]);
        expect(await dataSource.query(preparedByText(take), [n])).toEqual([{ n: 1 - n }]);
      }
      const names = [add, take].map((text) => ({ name: preparedName(preparedByText(text)) }));
      expect(await dataSource.query(`${NAMES} ORDER BY prepare_time`)).toEqual(names);
    } finally {
      await dataSource.destroy();
    }
  });

  it('fails as any other, and can be made again', async () => {
    const dataSource = createDataSource(database.url, { poolSize: 1 });
    await dataSource.initialize();
    try {
      const divide = prepared('divide_it', 'SELECT 6 / $1::int AS share');
      await expect(dataSource.query(divide, [0])).rejects.toMatchObject({ driverError: { code: '22012' } });
      expect(await dataSource.query(divide, [3])).toEqual([{ share: 2 }]);
    } finally {
      await dataSource.destroy();
    }
  });
});

describe('a statement of a library', () => {
  it('is prepared from its third time on, where it takes parameters', () => {
    const nameOf = namedWhenRepeated();
    const [take, put] = ['SELECT $1::int', 'SELECT $1::text'] as const;
    expect([1, 2, 3, 4].map((n) => nameOf(take, [n]))).toEqual([undefined, undefined, expect.any(String), expect.any(String)]);
    expect([1, 2, 3].map((n) => nameOf(put, [n]))).toEqual([undefined, undefined, expect.any(String)]);
    expect(nameOf(take, [5])).toBe(nameOf(take, [6]));
    expect(nameOf(take, [7])).not.toBe(nameOf(put, [7]));
    for (const without of [undefined, []])
      for (let again = 0; again < 4; again += 1) expect(nameOf('BEGIN; COMMIT', without)).toBeUndefined();
  });

  it('answers as before when it is', async () => {
    const database = await createTestDatabase();
    const client = new (mortalClient(undefined, namedWhenRepeated()))({ connectionString: database.url });
    await client.connect();
    try {
      const double = async (n: number): Promise<unknown> => (await client.query('SELECT 2 * $1::int AS twice', [n])).rows;
      for (const n of [1, 2, 3, 4]) expect(await double(n)).toEqual([{ twice: 2 * n }]);
      expect((await client.query(`SELECT statement FROM pg_prepared_statements`)).rows).toEqual([
        { statement: 'SELECT 2 * $1::int AS twice' },
      ]);
    } finally {
      await client.end();
      await database.close();
    }
  });

  it('is not, where each has a text of its own: connections keep what they prepared for ever', () => {
    const nameOf = namedWhenRepeated();
    const texts = Array.from({ length: 500 }, (_none, n) => `SELECT ${n}, $1::int`);
    const names = [1, 2, 3, 4].flatMap(() => texts.map((text) => nameOf(text, [1])));
    expect(new Set(names.filter((name) => name !== undefined)).size).toBeLessThanOrEqual(50);
  });
});
