import type { DataSource } from 'typeorm';
import { type Part, partOfList } from '../database/part-of-list.js';
import type { PageQuery } from '../http/page.js';
import { type Add, choose } from './chosen-lines.js';
import type { LinesFilter, SubscriptionLineView } from './dto.js';
import { type LineRow, LINES_OF_KEYS, listed, type NarrowLine, ordered, viewOfLine } from './lines.js';

/** Lines of these tenants' subscriptions as they were last read, and how many there are. */
export async function listSubscriptions(
  dataSource: DataSource,
  tenantIds: readonly string[],
  query: LinesFilter & PageQuery & { sort?: string },
): Promise<[SubscriptionLineView[], number]> {
  const { sort } = query;
  const choice = await choose(dataSource, tenantIds, query);
  // First which ones, of which the narrow rows are enough: going over all of them up to the page would read what belongs to each.
  const ask = <T>(sql: (add: Add) => string): Promise<T[]> => {
    const parameters: unknown[] = [];
    const text = sql((value) => `$${parameters.push(value)}`);
    return dataSource.query<T[]>(text, parameters);
  };
  const list = {
    count: async () => (await ask<{ total: number }>((add) => `SELECT count(*)::int AS total ${listed(choice, add)}`))[0]!.total,
    rows: (part: Part) => ask<NarrowLine>((add) => ordered(choice, { sort, part }, add)),
    ...(query.search !== undefined && {
      atMost: (atMost: number) => ask<NarrowLine>((add) => ordered(choice, { sort, atMost }, add)),
    }),
  };
  const [page, total] = await partOfList<NarrowLine>(list, query);
  const rows = await dataSource.query<LineRow[]>(LINES_OF_KEYS, keys(page));
  return [rows.map(viewOfLine), total];
}

function keys(page: readonly NarrowLine[]): unknown[] {
  return (['tenant_id', 'subscription_id', 'line', 'customer_id', 'status', 'state'] as const).map((column) =>
    page.map((row) => row[column]),
  );
}
