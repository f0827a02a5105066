import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolClient } from 'pg';
import { connect } from '../../src/database/connect.js';
import { SparingPool, type SparingPoolConfig } from '../../src/database/sparing-pool.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const FOR_EVER_MS = 600_000;
const PID = 'SELECT pg_backend_pid() AS pid';

describe('a pool that spares connections', () => {
  let database: TestDatabase;
  let pool: SparingPool;
  const held: PoolClient[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const client of held.splice(0)) client.release();
    await pool.end();
  });
  afterAll(() => database.close());

  const open = (config: SparingPoolConfig): void =>
    void (pool = new SparingPool({ connectionString: database.url, max: 5, few: 2, ...config }));
  const take = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) held.push(await pool.connect());
  };
  const usedByMany = async (): Promise<number> => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => pool.query<{ pid: number }>(PID)));
    return new Set(answers.map(({ rows }) => rows[0]?.pid)).size;
  };

  it('has many short statements that come at once stand in line for a few', async () => {
    open({ patienceMs: FOR_EVER_MS });
    expect(await usedByMany()).toBe(2);
    expect(pool.totalCount).toBe(2);
  });

  it('opens another one for whoever waits for long, so that nobody waits for those who hold theirs', async () => {
    open({ patienceMs: 1 });
    await take(2);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await take(3);
    expect(pool.totalCount).toBe(5);
  });

  it('never has more than it may', async () => {
    open({ patienceMs: 1 });
    await take(5);
    const sixth = pool.query('SELECT 6 AS six');
    // Long enough to have grown, if it did: those who hold theirs are served meanwhile.
    for (let again = 0; again < 50; again += 1) await held[0]!.query('SELECT 1');
    expect([pool.totalCount, pool.waitingCount]).toEqual([5, 1]);
    held.pop()!.release();
    expect((await sixth).rows).toEqual([{ six: 6 }]);
  });

  it('comes back to a few once the others were not needed for a while', async () => {
    open({ patienceMs: 1, idleTimeoutMillis: 1 });
    await take(5);
    const gone = new Promise<void>((resolve) => pool.on('remove', () => pool.totalCount === 0 && resolve()));
    for (const client of held.splice(0)) client.release();
    await gone;
    expect(pool.options.max).toBe(2);
  });

  it('tells whoever waits when no other connection can be made, and goes on with those there are', async () => {
    open({ patienceMs: 1 });
    await take(2);
    pool.options.password = 'another';
    Object.assign(pool.options, { connectionString: undefined, user: 'nobody_of_this_name' });
    await expect(pool.query('SELECT 1')).rejects.toThrow();
    held.pop()!.release();
    expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  });

  it('is what a process has that only runs imports', async () => {
    open({});
    const dataSource = await connect(database.url, { attempts: 1, sparing: true });
    try {
      const many = Array.from({ length: 5 }, () => dataSource.query<{ pid: number }[]>(PID));
      expect((await Promise.all(many)).flat()).toHaveLength(5);
      expect((dataSource.driver as unknown as { master: unknown }).master).toBeInstanceOf(SparingPool);
    } finally {
      await dataSource.destroy();
    }
  });
});
