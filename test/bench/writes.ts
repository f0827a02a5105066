import type { DataSource } from 'typeorm';

/** What was written between two moments. */
export interface Writes {
  /** Rows inserted, changed or deleted, each once, however often it was written. */
  written: number;
  /** Of these, the import's own: itself, its changes and skips, and the lines that tell its tenant's and its budgets' state. */
  own: number;
  notes: string;
}

/** Tables in which an import has a line or two of its own, however many subscriptions there are. */
const LINES = ['tenants', 'psa_budgets', 'marketplace_budgets', 'integrator_slots', 'settled_plans', 'shown_pages'];

/** Who used a token when, and who asked for what. */
const OF_NO_IMPORT = ['api_tokens', 'audit'];

/**
 * Counts what is written from now on to our tables; not to the queue's. Rows that are there tell by the transaction that wrote
 * them last; those that are deleted, by Postgres' own statistics.
 */
export async function countWrites(dataSource: DataSource): Promise<{ since(importId: string): Promise<Writes> }> {
  const tables = await dataSource.query<{ name: string }[]>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  const [{ xid } = { xid: '0' }] = await dataSource.query<{ xid: string }[]>(`SELECT pg_current_xact_id()::text AS xid`);
  const before = await tuples(dataSource);
  return {
    async since(importId) {
      const now = await tuples(dataSource);
      const found: Record<string, number> = {};
      for (const { name } of tables) {
        if (OF_NO_IMPORT.includes(name)) continue;
        const [{ n } = { n: 0 }] = await dataSource.query<{ n: number }[]>(
          `SELECT count(*)::int AS n FROM "${name}" WHERE xmin::text::bigint >= $1::bigint & 4294967295`,
          [xid],
        );
        const deleted = (now[name]?.deleted ?? 0) - (before[name]?.deleted ?? 0);
        if (n + deleted > 0) found[name] = n + deleted;
      }
      const [{ own } = { own: 0 }] = await dataSource.query<{ own: number }[]>(
        `SELECT (SELECT count(*) FROM changes WHERE import_id = $1)::int + (SELECT count(*) FROM skips WHERE import_id = $1)::int AS own`,
        [importId],
      );
      const versions = Object.keys(found).map(
        (name) => `${name} ${found[name]} (${(now[name]?.all ?? 0) - (before[name]?.all ?? 0)} writes)`,
      );
      return {
        written: Object.values(found).reduce((sum, n) => sum + n, 0),
        own: own + 1 + LINES.reduce((sum, name) => sum + Math.min(1, found[name] ?? 0), 0),
        notes: versions.join(', '),
      };
    },
  };
}

/** Rows written to each table so far, by Postgres' statistics, every session's counted. */
async function tuples(dataSource: DataSource): Promise<Record<string, { all: number; deleted: number }>> {
  await dataSource.query(`SELECT pg_stat_force_next_flush()`);
  await dataSource.query(`SELECT pg_stat_clear_snapshot()`);
  const rows = await dataSource.query<{ name: string; all: number; deleted: number }[]>(
    `SELECT relname AS name, (n_tup_ins + n_tup_upd + n_tup_del)::int AS all, n_tup_del::int AS deleted FROM pg_stat_user_tables WHERE schemaname = 'public'`,
  );
  return Object.fromEntries(rows.map(({ name, ...counts }) => [name, counts]));
}
