import type { DataSource } from 'typeorm';
import type { PageQuery } from '../http/page.js';
import type { LinesFilter, SubscriptionLineView } from './dto.js';
import { listed, type LineRow, sorted, viewOfLine } from './lines.js';

/** Lines of these tenants' subscriptions as they were last read, and how many there are. */
export async function listSubscriptions(
  dataSource: DataSource,
  tenantIds: readonly string[],
  query: LinesFilter & PageQuery & { sort?: string },
): Promise<[SubscriptionLineView[], number]> {
  const parameters = (): [unknown[], (value: unknown) => string] => {
    const all: unknown[] = [];
    return [all, (value) => `$${all.push(value)}`];
  };
  const [[forCount, addToCount], [forRows, add]] = [parameters(), parameters()];
  const part = `OFFSET ${add(query.offset)} LIMIT ${add(query.limit)}`;
  const [[count], rows] = await Promise.all([
    dataSource.query<{ total: number }[]>(`SELECT count(*)::int AS total ${listed(tenantIds, query, addToCount)}`, forCount),
    dataSource.query<LineRow[]>(sorted(tenantIds, query, query.sort, add, part), forRows),
  ]);
  return [rows.map(viewOfLine), count?.total ?? 0];
}
