import type { DataSource } from 'typeorm';

/** Which tables rows are inserted into, changed in or deleted from while the work is done, and how many times. */
export async function rowsWritten(dataSource: DataSource, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const tables = (await dataSource.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)) as { tablename: string }[];
  await dataSource.query(`CREATE TABLE touched (name text)`);
  await dataSource.query(
    `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO touched VALUES (TG_TABLE_NAME); RETURN NULL; END'`,
  );
  for (const { tablename } of tables)
    await dataSource.query(`CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON "${tablename}" FOR EACH ROW EXECUTE FUNCTION touch()`);
  try {
    await work();
    const rows = (await dataSource.query(`SELECT name, count(*)::int AS n FROM touched GROUP BY name ORDER BY name`)) as {
      name: string;
      n: number;
    }[];
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
  } finally {
    await dataSource.query(`DROP FUNCTION touch CASCADE`);
    await dataSource.query(`DROP TABLE touched`);
  }
}
