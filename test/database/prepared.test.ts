import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../src/database/data-source.js';
import { prepared, preparedByText, preparedName } from '../../src/database/prepared.js';
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
