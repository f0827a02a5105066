import type { DataSource } from 'typeorm';
import type { Change, Import } from '../../entities/index.js';
import { partOfList } from '../database/part-of-list.js';
import { prepared } from '../database/prepared.js';
import { type ChangesQuery, type ChangeView, viewOfChange } from './dto.js';

/** A change as it is shown, with its customer's name as the marketplace last showed it. */
export type ShownChange = { customerName: string | null } & Pick<
  Change,
  'id' | 'entity' | 'action' | 'customerId' | 'subscriptionId' | 'line' | 'psaId' | 'before' | 'after' | 'state' | 'message' | 'settledAt'
>;

const CHANGES_OF_IDS = prepared(
  'changes_of_ids',
  `SELECT id, entity, action, changes.customer_id AS "customerId", customers.name AS "customerName", subscription_id AS "subscriptionId", line,
     psa_id AS "psaId", before, after, state, message, settled_at AS "settledAt"
   FROM unnest($1::uuid[]) WITH ORDINALITY AS page(id, place) JOIN changes USING (id)
   LEFT JOIN customers ON customers.tenant_id = changes.tenant_id AND customers.customer_id = changes.customer_id ORDER BY place`,
);

/** What an import did or would do, in the order in which it was planned, and how much there is. */
export async function listChanges(dataSource: DataSource, row: Import, query: ChangesQuery): Promise<[ChangeView[], number]> {
  const { entity, action, state } = query;
  const wanted = Object.entries({ entity, action, state }).filter(([, value]) => value !== undefined);
  const values = [row.id, ...wanted.map(([, value]) => value)];
  const chosen = `FROM changes WHERE import_id = $1 ${wanted.map(([column], at) => `AND ${column} = $${at + 2}`).join(' ')}`;
  return partOfList<{ id: string }, ChangeView>(
    {
      name: JSON.stringify(['changes', chosen, values, row.attempt, row.finishedAt]),
      // When it is over, its changes may still become others' business, but no more and no fewer.
      state: row.finishedAt !== null && state === undefined ? 'over' : undefined,
      count: async () => (await dataSource.query<{ total: number }[]>(`SELECT count(*)::int AS total ${chosen}`, values))[0]!.total,
      keys: ({ offset, limit, backwards }) => {
        const order = ['attempt', 'sequence', 'id'].map((column) => (backwards ? `${column} DESC` : column)).join(', ');
        const part = `OFFSET $${values.length + 1} LIMIT $${values.length + 2}`;
        return dataSource.query(`SELECT id ${chosen} ORDER BY ${order} ${part}`, [...values, offset, limit]);
      },
      rows: async (keys) => (await dataSource.query<ShownChange[]>(CHANGES_OF_IDS, [keys.map(({ id }) => id)])).map(viewOfChange),
    },
    query,
  );
}
