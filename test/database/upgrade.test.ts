import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DataSource, MigrationExecutor } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { migrate } from '../../src/database/migrate.js';
import { stage, type Stage } from '../imports/stage.js';

/** Steps of the schema after which somebody may have left an installation, by the beginning of their names. */
const LEFT_AT = ['LicenceClaims', 'MappingSteps', 'ListByIndex', 'ListSteps'];

let there: Stage;
beforeAll(async () => {
  there = await stage({ customers: 12, subscriptions: 20 });
});
afterAll(() => there.close());
beforeEach(() => there.reset());

const tablesOf = async (source: DataSource, schema: string): Promise<Map<string, string[]>> => {
  const rows = await source.query<{ table: string; columns: string[] }[]>(
    `SELECT table_name AS "table", array_agg(column_name::text ORDER BY ordinal_position) AS columns FROM information_schema.columns
     WHERE table_schema = $1 AND table_name <> 'migrations' GROUP BY table_name`,
    [schema],
  );
  return new Map(rows.map(({ table, columns }) => [table, columns]));
};

/** Makes the schema of an earlier version in the place of today's, with what that version would have stored. */
async function goBack(source: DataSource, leftAt: string): Promise<void> {
  const all = source.migrations;
  await source.query('ALTER SCHEMA public RENAME TO today');
  await source.query('CREATE SCHEMA public');
  await source.destroy();
  await source.initialize();
  const upTo = all.findIndex(({ name }) => name?.startsWith(leftAt)) + 1;
  (source as { migrations: unknown }).migrations = all.slice(0, upTo);
  const executor = new MigrationExecutor(source);
  executor.transaction = 'each';
  await executor.executePendingMigrations();
  (source as { migrations: unknown }).migrations = all;
  const today = await tablesOf(source, 'today');
  for (const [table, columns] of await tablesOf(source, 'public')) {
    const known = today.get(table)?.filter((column) => columns.includes(column)) ?? [];
    if (known.length === 0 || table.startsWith('listed_') || table === 'list_steps') continue;
    const names = known.map((name) => `"${name}"`).join(', ');
    await source.query(`INSERT INTO public."${table}" (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM today."${table}"`);
    if (!known.includes('id')) continue;
    const [own] = await source.query<{ sequence: string | null }[]>(`SELECT pg_get_serial_sequence('public."${table}"', 'id') AS sequence`);
    if (own?.sequence) await source.query(`SELECT setval($1, (SELECT coalesce(max(id), 0) + 1 FROM public."${table}"))`, [own.sequence]);
  }
  await source.query('DROP SCHEMA today CASCADE');
}

/** The rows that lists are chosen by, and what they would be if all records were listed anew. */
async function listed(source: DataSource): Promise<{ kept: unknown[]; anew: unknown[] }> {
  const read = async (): Promise<unknown[]> => [
    ...(await source.query<unknown[]>(`SELECT customer_id, name, mapping, client FROM listed_customers ORDER BY 1`)),
    ...(await source.query<unknown[]>(
      `SELECT subscription_id, line, customer_id, status, state, convert_from(search, 'UTF8') AS search FROM listed_lines ORDER BY 1, 2`,
    )),
  ];
  const kept = await read();
  await source.query('DELETE FROM listed_customers');
  await source.query('DELETE FROM listed_lines');
  await source.query('SELECT list_customers(array_agg(tenant_id), array_agg(customer_id::text)) FROM customers');
  await source.query('SELECT list_lines(array_agg(tenant_id), array_agg(subscription_id::text)) FROM subscriptions');
  return { kept, anew: await read() };
}

const KEPT = [
  'changes',
  'customers',
  'imports',
  'links',
  'mappings',
  'skips',
  'subscription_history',
  'subscription_lines',
  'subscriptions',
];
const rowsOf = async (source: DataSource): Promise<Record<string, number>> => {
  const counted = KEPT.map(async (table) => [
    table,
    (await source.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n,
  ]);
  return Object.fromEntries(await Promise.all(counted)) as Record<string, number>;
};

describe.each(LEFT_AT)('an installation that was left at %s', (leftAt) => {
  it('keeps everything when it is brought up to date, and its next import finds all as it was', async () => {
    const { dataSource } = there.database;
    const first = await there.run();
    expect(first.row.counts.licences.created).toBeGreaterThan(0);
    const before = await rowsOf(dataSource);
    await goBack(dataSource, leftAt);
    expect(await migrate(dataSource)).toHaveLength(migrations.length - migrations.findIndex(({ name }) => name.startsWith(leftAt)) - 1);
    expect(await rowsOf(dataSource)).toEqual(before);
    const { kept, anew } = await listed(dataSource);
    expect(kept).toEqual(anew);
    expect(kept.length).toBeGreaterThanOrEqual(before['customers']! + before['subscriptions']!);
    const next = await there.run();
    expect(next.changes).toEqual([]);
    expect(next.row.counts).toMatchObject({
      clients: { created: 0, updated: 0 },
      licences: { created: 0, updated: 0, unchanged: first.row.counts.licences.created },
    });
    expect(next.row.state).toBe(first.row.state);
    const drift = await dataSource.driver.createSchemaBuilder().log();
    expect(drift.upQueries.map((query) => query.query)).toEqual([]);
  });
});
