import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SessionStore } from '../../src/auth/session-store.js';
import { SignInLinks } from '../../src/auth/sign-in-links.js';
import { Throttle } from '../../src/auth/throttle.js';
import { tidySignIns } from '../../src/auth/tidy.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const count = async (table: string): Promise<number> =>
  Number((await database.dataSource.query<{ n: string }[]>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

it('what is long over is taken away, and nothing else', async () => {
  const { dataSource } = database;
  for (let made = 0; made < 3; made += 1) {
    await new SessionStore(dataSource).begin({ via: 'link', name: 'Owner' });
    await new SignInLinks(dataSource).create('http://here');
    await new Throttle(dataSource).count(`key ${made}`, { tries: 1, minutes: 5 });
  }
  const oldest = (table: string): string => `(SELECT ctid FROM ${table} LIMIT 1)`;
  await dataSource.query(`UPDATE sessions SET ends_at = now() - interval '31 days' WHERE ctid = ${oldest('sessions')}`);
  await dataSource.query(`UPDATE sign_in_links SET expires_at = now() - interval '31 days' WHERE ctid = ${oldest('sign_in_links')}`);
  await dataSource.query(`UPDATE throttles SET ends_at = now() - interval '1 second' WHERE ctid = ${oldest('throttles')}`);
  await tidySignIns(dataSource);
  for (const table of ['sessions', 'sign_in_links', 'throttles']) expect(await count(table)).toBe(2);
});
