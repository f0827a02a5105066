import type { DataSource } from 'typeorm';
import type { Wanted } from '../database/held-list.js';
import { heldLists, type Reading } from '../database/held-lists.js';
import type { CustomersQuery } from './dto.js';

/** By name. */
const CUSTOMERS: Reading = {
  name: 'customers',
  width: 0,
  rows: `SELECT name AS text, mapping AS kind, customer_id AS id, '' AS rest FROM listed_customers WHERE tenant_id = $1 ORDER BY name, customer_id`,
};

/** The same, knowing how many subscriptions in force each has: to be sorted by them, as it takes several times as long to read. */
const COUNTED: Reading = {
  name: 'counted customers',
  width: 0,
  rows: `SELECT name AS text, mapping || ' ' || coalesce(held.subscriptions, 0) AS kind, customer_id AS id, '' AS rest FROM listed_customers
    LEFT JOIN (SELECT customer_id, count(DISTINCT subscription_id) AS subscriptions FROM listed_lines WHERE tenant_id = $1 AND state <> 'ended'
      GROUP BY customer_id) AS held USING (customer_id)
    WHERE tenant_id = $1 ORDER BY name, customer_id`,
};

export const UNDECIDED: readonly string[] = ['unmapped', 'suggested', 'ambiguous', 'broken'];
/** What waits for a person first, after what nobody has said anything of. */
export const STATES: readonly string[] = ['ambiguous', 'broken', 'suggested', 'mapped', 'ignored'];

/**
 * The ids of a part of a tenant's customers and how many are wanted, as far as this process holds them as they are, and what tells that state of
 * them from others.
 */
export async function heldCustomers(
  dataSource: DataSource,
  tenantId: string,
  query: CustomersQuery,
): Promise<{ held?: [{ customer_id: string }[], number]; version?: string }> {
  const { clientId, search, state, sort = 'name', offset, limit } = query;
  if (clientId !== undefined) return {};
  const lists = heldLists(dataSource);
  const now = await lists.now(tenantId, search);
  const { total, found } =
    lists.get(sort === 'subscriptions' ? COUNTED : CUSTOMERS, tenantId, now)?.part({
      offset,
      limit,
      ...(state !== undefined && { accepts: accepting(state) }),
      ...(search !== undefined && { search: { text: now.search!, id: search } }),
      ...(sort !== 'name' && { order: { name: sort, compare: ORDERS[sort] } }),
    }) ?? {};
  return { ...(found && { held: [found.map(({ id }) => ({ customer_id: id })), total!] }), version: now.version };
}

function accepting(state: NonNullable<CustomersQuery['state']>): NonNullable<Wanted['accepts']> {
  return (kind) => {
    const [mapping = ''] = kind.split(' ');
    return state === 'undecided' ? UNDECIDED.includes(mapping) : mapping === state;
  };
}

const ORDERS = {
  state: (one: string, other: string): number => STATES.indexOf(one.split(' ')[0]!) - STATES.indexOf(other.split(' ')[0]!),
  subscriptions: (one: string, other: string): number => Number(other.split(' ')[1]) - Number(one.split(' ')[1]),
};
