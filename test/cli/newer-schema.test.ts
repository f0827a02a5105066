import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrations } from '../../migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { run } from './run.js';

const NEWER = 'FromTheFuture9999999999999';

describe('an old process on the schema of a newer version', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await createTestDatabase();
    await database.dataSource.query('INSERT INTO migrations (timestamp, name) VALUES (9999999999999, $1)', [NEWER]);
    env = { DATABASE_URL: database.url, ISTHMUS_SECRET_KEYS: `k1:${Buffer.alloc(32, 3).toString('base64')}`, PORT: '0' };
  });
  afterAll(() => database.close());

  it.each([
    ['start as all', ['start'], 'all'],
    ['start as web', ['start'], 'web'],
    ['start as worker', ['start'], 'worker'],
    ['migrate', ['migrate'], 'all'],
    ['make a token', ['token', 'create', '--role', 'owner'], 'all'],
    ['make a link to sign in', ['sign-in-link'], 'all'],
    ['seal secrets anew, of which it may not know all', ['secrets', 'rotate'], 'all'],
  ])('refuses to %s, names both, and changes nothing', async (_what, command, role) => {
    const { code, err, out } = await run(command, { ...env, ISTHMUS_ROLE: role });
    expect(code).toBe(1);
    expect(err).toContain(NEWER);
    expect(err).toContain(new (migrations.at(-1)!)().name);
    expect(`${out}${err}`).not.toContain('listens on');
    const [row] = await database.dataSource.query<{ n: number }[]>('SELECT count(*)::int AS n FROM migrations');
    expect(row?.n).toBe(migrations.length + 1);
    const [made] = await database.dataSource.query<{ n: number }[]>(
      'SELECT (SELECT count(*) FROM api_tokens) + (SELECT count(*) FROM sign_in_links) + (SELECT count(*) FROM audit) AS n',
    );
    expect(Number(made?.n)).toBe(0);
  });
});
