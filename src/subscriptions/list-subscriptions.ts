import type { DataSource } from 'typeorm';
import { partOfList } from '../database/part-of-list.js';
import type { PageQuery } from '../http/page.js';
import { type Add, choose } from './chosen-lines.js';
import type { LinesFilter, SubscriptionLineView } from './dto.js';
import { heldLines } from './held-lines.js';
import { few, type LineRow, LINES_OF_KEYS, listed, type NarrowLine, ordered, viewOfLine } from './lines.js';

/** Lines of these tenants' subscriptions as they were last read, and how many there are. */
export async function listSubscriptions(
  dataSource: DataSource,
  tenantIds: readonly string[],
  query: LinesFilter & PageQuery & { sort?: string },
): Promise<[SubscriptionLineView[], number]> {
  const linesOf = async (keys: NarrowLine[]): Promise<SubscriptionLineView[]> =>
    keys.length === 0 ? [] : (await dataSource.query<LineRow[]>(LINES_OF_KEYS, columnsOf(keys))).map(viewOfLine);
  const { held, version } = await heldLines(dataSource, tenantIds, query);
  if (held) return [await linesOf(held[0]), held[1]];
  const { offset, limit, sort, ...filter } = query;
  const choice = await choose(dataSource, tenantIds, filter);
  const ask = <T>(sql: (add: Add) => string): Promise<T[]> => {
    const parameters: unknown[] = [];
    const text = sql((value) => `$${parameters.push(value)}`);
    return dataSource.query<T[]>(text, parameters);
  };
  return partOfList<NarrowLine, SubscriptionLineView>(
    {
      name: JSON.stringify(['subscriptions', tenantIds, filter]),
      state: version,
      count: async () => (await ask<{ total: number }>((add) => `SELECT count(*)::int AS total ${listed(choice, add)}`))[0]!.total,
      keys: (part) => ask((add) => ordered(choice, sort, part, add)),
      ...(filter.search !== undefined && { few: (atMost, part) => ask((add) => few(choice, sort, part, atMost, add)) }),
      rows: linesOf,
    },
    { offset, limit },
  );
}

function columnsOf(keys: readonly NarrowLine[]): unknown[] {
  const columns = ['tenant_id', 'subscription_id', 'line', 'customer_id', 'status', 'state'] as const;
  return columns.map((column) => keys.map((key) => key[column]));
}
