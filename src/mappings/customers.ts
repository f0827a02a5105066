import type { DataSource, EntityManager } from 'typeorm';
import { CustomerRecord, type Mapping, type Tenant } from '../../entities/index.js';
import { likePattern } from '../database/like-pattern.js';
import { Unprocessable } from '../http/problem.js';
import type { Services } from '../services.js';
import { askMarketplace } from '../tenants/marketplace-connection.js';
import type { CustomersQuery, CustomerView, MappingOfCustomer } from './dto.js';

interface Row {
  customerId: string;
  name: string;
  status: string;
  subscriptions: number;
  mapping: MappingOfCustomer | null;
}

/** What comes before the name. */
const ORDERS = {
  name: '',
  state: `coalesce(array_position(ARRAY['ambiguous', 'broken', 'suggested', 'mapped', 'ignored'], page.mapping::text), 0),`,
  subscriptions: 'page.subscriptions DESC,',
};

/** A tenant's customers with their mapping, by name, and how many there are. One that is gone is shown while it has a mapping. */
export async function listCustomers(dataSource: DataSource, tenantId: string, query: CustomersQuery): Promise<[CustomerView[], number]> {
  const { state, clientId, search } = query;
  const parameters: unknown[] = [tenantId];
  const add = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions = ['tenant_id = $1'];
  if (state === 'undecided') conditions.push(`mapping IN ('unmapped', 'suggested', 'ambiguous', 'broken')`);
  else if (state !== undefined) conditions.push(`mapping = ${add(state)}`);
  if (clientId !== undefined) {
    conditions.push(
      `customer_id IN (SELECT customer_id FROM mappings WHERE tenant_id = $1 AND client_id = ${add(clientId)} AND archived_at IS NULL)`,
    );
  }
  if (search !== undefined) conditions.push(`(name LIKE lower(${add(likePattern(search))}) OR customer_id = ${add(search)})`);
  const order = `${ORDERS[query.sort ?? 'name']} page.name, page.customer_id`;
  const listed = `FROM listed_customers AS page WHERE ${conditions.join(' AND ')}`;
  const [[count], rows] = await Promise.all([
    dataSource.query<{ total: number }[]>(`SELECT count(*)::int AS total ${listed}`, [...parameters]),
    dataSource.query<Row[]>(
      `SELECT customers.customer_id AS "customerId", customers.name, customers.status, page.subscriptions,
         CASE WHEN mappings.id IS NULL THEN NULL ELSE jsonb_build_object('id', mappings.id, 'state', mappings.state, 'clientId', mappings.client_id,
           'clientName', mappings.client_name, 'origin', mappings.origin, 'candidates', mappings.candidates, 'note', mappings.note) END AS mapping
       FROM (SELECT name, customer_id, mapping, subscriptions ${listed} ORDER BY ${order} OFFSET ${add(query.offset)} LIMIT ${add(query.limit)}) AS page
       JOIN customers ON customers.tenant_id = $1 AND customers.customer_id = page.customer_id
       LEFT JOIN mappings ON mappings.tenant_id = $1 AND mappings.customer_id = page.customer_id AND mappings.archived_at IS NULL
       ORDER BY ${order}`,
      parameters,
    ),
  ]);
  return [rows, count?.total ?? 0];
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
  await manager.upsert(
    CustomerRecord,
    { tenantId: tenant.id, customerId, name, status, seenAt: new Date(services.clock.now()), goneAt: null },
    ['tenantId', 'customerId'],
  );
}

/** Customers that are mapped to a client. */
export async function customersOfClient(manager: EntityManager, tenantId: string, clientId: string): Promise<string[]> {
  const rows = await manager.query<Pick<Mapping, 'customerId'>[]>(
    `SELECT customer_id AS "customerId" FROM mappings WHERE tenant_id = $1 AND client_id = $2 AND state = 'mapped' AND archived_at IS NULL ORDER BY customer_id`,
    [tenantId, clientId],
  );
  return rows.map((row) => row.customerId);
}
