import type { DataSource, EntityManager } from 'typeorm';
import { CustomerRecord, ListedCustomer, type Mapping, type Tenant } from '../../entities/index.js';
import { likePattern } from '../database/like-pattern.js';
import { partOfList } from '../database/part-of-list.js';
import { prepared } from '../database/prepared.js';
import { Unprocessable } from '../http/problem.js';
import type { Services } from '../services.js';
import { askMarketplace } from '../tenants/marketplace-connection.js';
import type { CustomersQuery, CustomerView, MappingOfCustomer } from './dto.js';
import { heldCustomers, STATES, UNDECIDED } from './held-customers.js';

interface Row {
  customerId: string;
  name: string;
  status: string;
  subscriptions: number;
  mapping: MappingOfCustomer | null;
}

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');

/** What comes before the name. */
const ORDERS = {
  name: [],
  state: [`coalesce(array_position(ARRAY[${quoted(STATES)}], mapping::text), 0)`],
  subscriptions: ['coalesce(held.subscriptions, 0) DESC'],
};

const IN_FORCE = `FROM listed_lines WHERE tenant_id = $1 AND state <> 'ended'`;

/** How many subscriptions in force each customer of a tenant has, to be sorted by. */
const HELD = `LEFT JOIN (SELECT customer_id, count(*) AS subscriptions FROM (SELECT DISTINCT customer_id, subscription_id ${IN_FORCE}) AS one
  GROUP BY customer_id) AS held USING (customer_id)`;

/** Some customers of a tenant with their mapping, in the order in which they are named. */
const CUSTOMERS_OF_IDS = prepared(
  'customers_of_ids',
  `SELECT customers.customer_id AS "customerId", customers.name, customers.status,
     (SELECT count(DISTINCT subscription_id)::int ${IN_FORCE} AND customer_id = page.customer_id) AS subscriptions,
     CASE WHEN mappings.id IS NULL THEN NULL ELSE jsonb_build_object('id', mappings.id, 'state', mappings.state, 'clientId', mappings.client_id,
       'clientName', mappings.client_name, 'origin', mappings.origin, 'candidates', mappings.candidates, 'note', mappings.note) END AS mapping
   FROM unnest($2::text[]) WITH ORDINALITY AS page(customer_id, place)
   JOIN customers ON customers.tenant_id = $1 AND customers.customer_id = page.customer_id
   LEFT JOIN mappings ON mappings.tenant_id = $1 AND mappings.customer_id = page.customer_id AND mappings.archived_at IS NULL
   ORDER BY page.place`,
);

/** A tenant's customers with their mapping, by name, and how many there are. One that is gone is shown while it has a mapping. */
export async function listCustomers(dataSource: DataSource, tenantId: string, query: CustomersQuery): Promise<[CustomerView[], number]> {
  const rows = (keys: readonly { customer_id: string }[]): Promise<Row[]> =>
    dataSource.query<Row[]>(CUSTOMERS_OF_IDS, [tenantId, keys.map((key) => key.customer_id)]);
  const shown = await heldCustomers(dataSource, tenantId, query);
  if (shown.held) return [await rows(shown.held[0]), shown.held[1]];
  const [where, values] = await chosen(dataSource, tenantId, query);
  const held = query.sort === 'subscriptions' ? HELD : '';
  const ask = <T>(sql: string, ...more: number[]): Promise<T[]> => dataSource.query<T[]>(sql, [...values, ...more]);
  const next = (place: number): string => `$${values.length + place}`;
  const order = (backwards: boolean): string => {
    const by = [...ORDERS[query.sort ?? 'name'], 'name', 'customer_id'];
    return (backwards ? by.map((one) => (one.endsWith(' DESC') ? one.slice(0, -' DESC'.length) : `${one} DESC`)) : by).join(', ');
  };
  return partOfList<{ customer_id: string }, CustomerView>(
    {
      name: JSON.stringify(['customers', where, values]),
      state: shown.version,
      count: async () => (await ask<{ total: number }>(`SELECT count(*)::int AS total FROM listed_customers ${where}`))[0]!.total,
      keys: ({ offset, limit, backwards }) =>
        ask(
          `SELECT customer_id FROM listed_customers ${held} ${where} ORDER BY ${order(backwards)} OFFSET ${next(1)} LIMIT ${next(2)}`,
          offset,
          limit,
        ),
      ...(query.search !== undefined && {
        few: (atMost, { offset, limit, backwards }) =>
          ask(
            `WITH found AS MATERIALIZED (SELECT customer_id, name, mapping FROM listed_customers ${where} LIMIT ${next(1)})
             SELECT customer_id, (SELECT count(*)::int FROM found) AS total FROM found ${held} ORDER BY ${order(backwards)} OFFSET ${next(2)} LIMIT ${next(3)}`,
            atMost,
            offset,
            limit,
          ),
      }),
      rows,
    },
    query,
  );
}

/** Which narrow rows are wanted, as `WHERE` with its parameters. */
async function chosen(dataSource: DataSource, tenantId: string, { state, clientId, search }: CustomersQuery): Promise<[string, unknown[]]> {
  const parameters: unknown[] = [tenantId];
  const add = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions = ['tenant_id = $1'];
  if (state === 'undecided') conditions.push(`mapping IN (${quoted(UNDECIDED)})`);
  else if (state !== undefined) conditions.push(`mapping = ${add(state)}`);
  if (clientId !== undefined) {
    conditions.push(
      `customer_id IN (SELECT customer_id FROM mappings WHERE tenant_id = $1 AND client_id = ${add(clientId)} AND archived_at IS NULL)`,
    );
  }
  if (search !== undefined) {
    const found = [`name LIKE lower(${add(likePattern(search))})`];
    // An id is a customer's or nobody's: only then is it worth asking each for it.
    if (await dataSource.manager.existsBy(ListedCustomer, { tenantId, customerId: search })) found.push(`customer_id = ${add(search)}`);
    conditions.push(`(${found.join(' OR ')})`);
  }
  return [`WHERE ${conditions.join(' AND ')}`, parameters];
}

/**
 * Makes sure that a tenant has a customer: known from a look, or else asked for now, and remembered.
 * @throws Unprocessable naming the field when the marketplace has none of that id.
 */
export async function requireCustomer(services: Services, tenant: Tenant, customerId: string): Promise<void> {
  const { manager } = services.dataSource;
  const known = await manager.findOneBy(CustomerRecord, { tenantId: tenant.id, customerId });
  if (known && known.goneAt === null) return;
  const found = await askMarketplace(services, tenant, (marketplace) => marketplace.customer(customerId));
  if (!found || 'reason' in found) {
    const why = found
      ? `The marketplace shows customer ${customerId} in a form that cannot be used: ${found.reason}`
      : `The marketplace has no customer ${customerId}.`;
    throw new Unprocessable(why, { errors: [{ pointer: '/customerId', message: why }] });
  }
  const { name, status } = found;
  // Not listed: an import that is under way takes what is for what its own look stored.
  await manager
    .createQueryBuilder()
    .insert()
    .into(CustomerRecord)
    .values({ tenantId: tenant.id, customerId, name, status, seenAt: new Date(services.clock.now()), listed: false, goneAt: null })
    .orUpdate(['name', 'status', 'seen_at', 'gone_at'], ['tenant_id', 'customer_id'])
    .execute();
}

/** Customers that are mapped to a client. */
export async function customersOfClient(manager: EntityManager, tenantId: string, clientId: string): Promise<string[]> {
  const rows = await manager.query<Pick<Mapping, 'customerId'>[]>(
    `SELECT customer_id AS "customerId" FROM mappings WHERE tenant_id = $1 AND client_id = $2 AND state = 'mapped' AND archived_at IS NULL ORDER BY customer_id`,
    [tenantId, clientId],
  );
  return rows.map((row) => row.customerId);
}
