import type { DataSource } from 'typeorm';

/** What any process may write at any time without having an import: who used a token when. */
const OF_NO_IMPORT = ['api_tokens'];

/** Every row of our tables, with the transaction that wrote it last: a row written again as it was shows, too. */
export async function snapshot(dataSource: DataSource): Promise<Record<string, string[]>> {
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL($1) ORDER BY 1`,
    [OF_NO_IMPORT],
  );
  const rows: Record<string, string[]> = {};
  for (const { name } of tables) {
    const found = await dataSource.query<{ row: string }[]>(`SELECT t.xmin::text || ' ' || t::text AS row FROM ${name} t ORDER BY 1`);
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}
