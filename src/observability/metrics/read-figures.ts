import type { DataSource } from 'typeorm';
import * as sql from './statements.js';

/** A row of one of the statements: labels are texts, figures are numbers. */
export type Row = Record<string, string | number | boolean | number[]>;

/** A scrape must not weigh on a database that is in trouble already. In milliseconds. */
const PATIENCE_MS = 5000;

export type Rows = Record<'imports' | 'tenants' | 'changes' | 'skips' | 'refusals' | 'budgets' | 'webhooks' | 'queue', Row[]>;

/** One statement after the other on one connection, so that a scrape takes no more of the pool; all of one moment. */
export async function readFigures(dataSource: DataSource, psaInstanceId: string | null): Promise<Rows> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    await manager.query(`SET TRANSACTION READ ONLY`);
    await manager.query(`SET LOCAL statement_timeout = ${PATIENCE_MS}`);
    const rows = (statement: string, more: unknown[] = []): Promise<Row[]> => manager.query(statement, [psaInstanceId, ...more]);
    return {
      imports: await rows(sql.IMPORTS),
      tenants: await rows(sql.TENANT_AGES),
      changes: await rows(sql.NEWEST_CHANGES),
      skips: await rows(sql.NEWEST_SKIPS),
      refusals: await rows(sql.REFUSALS),
      budgets: await rows(sql.BUDGETS, [null]),
      webhooks: await rows(sql.WEBHOOKS),
      queue: await rows(sql.QUEUE),
    };
  });
}
