import type { DataSource } from 'typeorm';
import type { Installation } from '../installation.js';

/** A tenant with many rows, and what lists of them must come to, by query. */
export interface Filled {
  tenantId: string;
  importId: string;
  /** In each list. */
  rows: number;
  customers: Record<string, number>;
  subscriptions: Record<string, number>;
  changes: Record<string, number>;
}

interface Customer {
  customer_id: string;
  name: string;
  /** Of its mapping, if it has one. */
  state: 'mapped' | 'suggested' | 'ambiguous' | null;
  client_id: string;
}

interface Line {
  subscription_id: string;
  customer: Customer;
  product: string;
  mpn: string;
  status: 'active' | 'removed';
  linked: boolean;
}

interface Change {
  sequence: number;
  entity: 'client' | 'licence';
  action: 'create' | 'update';
  state: 'applied' | 'failed';
}

const HOUSES = ['Contoso', 'Fabrikam', 'Adventure Works', 'Northwind', 'Tailspin', 'Wingtip', 'Litware', 'Proseware'];
const FORMS = ['Ltd', 'LLC', 'Inc', 'Group', 'GmbH'];
const PRODUCTS = 300;
const CHUNK = 10_000;

/** Fills the tables that lists are made of, each with so many rows, and says what is to be found in them. */
export async function fillLists(installation: Installation, rows: number): Promise<Filled> {
  const [tenantId = ''] = await installation.connect([NOWHERE]);
  const { dataSource } = installation;
  const customers = Array.from({ length: rows }, (_, at) => customerAt(at));
  const lines = Array.from({ length: rows }, (_, at) => lineAt(at, customers));
  const changes = Array.from({ length: rows }, (_, at) => changeAt(at));
  const [{ psa } = { psa: '' }] = await dataSource.query<{ psa: string }[]>(`SELECT psa_instance_id AS psa FROM tenants WHERE id = $1`, [
    tenantId,
  ]);
  await insertCustomers(dataSource, tenantId, customers);
  await insertSubscriptions(dataSource, tenantId, psa, lines);
  const importId = await insertChanges(dataSource, tenantId, psa, changes);
  // As autovacuum does it a little later.
  await dataSource.query(`VACUUM ANALYZE`);
  const some = customers[rows / 4 + 1]!;
  const named = (text: string) => (customer: Customer) => customer.name.toLowerCase().includes(text);
  const found = (text: string) => (line: Line) =>
    [line.product, line.mpn, line.customer.name].some((field) => field.toLowerCase().includes(text));
  const count = <T>(all: readonly T[], test: (one: T) => boolean): number => all.filter(test).length;
  const rare = some.name.slice(-8).toLowerCase();
  return {
    tenantId,
    importId,
    rows,
    customers: {
      'state=mapped': count(customers, ({ state }) => state === 'mapped'),
      'state=suggested': count(customers, ({ state }) => state === 'suggested'),
      'state=unmapped': count(customers, ({ state }) => state === null),
      [`search=${rare}`]: count(customers, named(rare)),
      'search=co': count(customers, named('co')),
      'search=Contoso': count(customers, named('contoso')),
      'search=nobody%20here': 0,
      'state=mapped&search=gmbh': count(customers, (one) => one.state === 'mapped' && named('gmbh')(one)),
    },
    subscriptions: {
      'state=linked': count(lines, ({ linked, status }) => linked && status === 'active'),
      'state=skipped': count(lines, ({ linked, status }) => !linked && status === 'active'),
      'state=ended': count(lines, ({ status }) => status === 'removed'),
      'status=active': count(lines, ({ status }) => status === 'active'),
      [`customerId=${some.customer_id}`]: count(lines, ({ customer }) => customer === some),
      [`clientId=${some.client_id}`]: count(lines, ({ customer }) => customer === some && some.state === 'mapped'),
      [`search=${rare}`]: count(lines, found(rare)),
      'search=product%20217%20': count(lines, found('product 217 ')),
      'search=pr': count(lines, found('pr')),
      'search=Contoso': count(lines, found('contoso')),
      'search=nobody%20here': 0,
      'state=linked&search=gmbh': count(lines, (one) => one.linked && one.status === 'active' && found('gmbh')(one)),
    },
    changes: {
      'entity=client': count(changes, ({ entity }) => entity === 'client'),
      'action=update': count(changes, ({ action }) => action === 'update'),
      'state=failed': count(changes, ({ state }) => state === 'failed'),
      'entity=licence&action=create&state=applied': count(
        changes,
        ({ entity, action, state }) => entity === 'licence' && action === 'create' && state === 'applied',
      ),
    },
  };
}

/** Nothing is called there. */
const NOWHERE = {
  psa: { baseUrl: 'http://127.0.0.1:9', authUrl: 'http://127.0.0.1:9/auth', haloTenant: 'none', clientId: 'none', clientSecret: 'none' },
  marketplace: {
    apiUrl: 'http://127.0.0.1:9/marketplace/na',
    marketplace: 'us',
    username: 'none.API',
    password: 'none',
    subscriptionKey: 'none',
  },
};

/** Digits in no order, so that names do not come sorted. */
function scattered(at: number): string {
  return ((at * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0');
}

function customerAt(at: number): Customer {
  const state = at % 10 === 3 ? null : at % 20 === 0 ? 'suggested' : at % 33 === 0 ? 'ambiguous' : 'mapped';
  const name = `${HOUSES[at % HOUSES.length]} ${FORMS[at % FORMS.length]} ${scattered(at)}`;
  return { customer_id: String(1_000_000 + at), name, state, client_id: String(10 + at) };
}

function lineAt(at: number, customers: readonly Customer[]): Line {
  return {
    subscription_id: String(1_300_000 + at * 7),
    customer: customers[(at * 7919) % customers.length]!,
    product: `Product ${at % PRODUCTS} Business Premium`,
    mpn: `CFQ7TTC0LH${at % PRODUCTS}:0001`,
    status: at % 10 < 3 ? 'removed' : 'active',
    linked: at % 10 > 3,
  };
}

function changeAt(sequence: number): Change {
  return {
    sequence,
    entity: sequence % 10 === 0 ? 'client' : 'licence',
    action: sequence % 3 === 0 ? 'update' : 'create',
    state: sequence % 100 === 0 ? 'failed' : 'applied',
  };
}

async function insertCustomers(dataSource: DataSource, tenantId: string, customers: readonly Customer[]): Promise<void> {
  await inChunks(customers, (chunk) =>
    dataSource.query(
      `INSERT INTO customers (tenant_id, customer_id, name, status, seen_at) SELECT $1, customer_id, name, 'active', now()
       FROM jsonb_to_recordset($2::jsonb) AS made(customer_id text, name text)`,
      [tenantId, JSON.stringify(chunk)],
    ),
  );
  await inChunks(
    customers.filter(({ state }) => state !== null),
    (chunk) =>
      dataSource.query(
        `INSERT INTO mappings (tenant_id, customer_id, state, client_id, client_name, origin) SELECT $1, customer_id, state, client_id, name, 'name'
       FROM jsonb_to_recordset($2::jsonb) AS made(customer_id text, name text, state text, client_id text)`,
        [tenantId, JSON.stringify(chunk)],
      ),
  );
}

async function insertSubscriptions(dataSource: DataSource, tenantId: string, psa: string, lines: readonly Line[]): Promise<void> {
  const rows = lines.map(({ customer, ...line }) => ({ ...line, customer_id: customer.customer_id, row: rowOf(line, customer) }));
  const made = `jsonb_to_recordset($2::jsonb) AS made(subscription_id text, customer_id text, product text, mpn text, status text, linked boolean, "row" jsonb)`;
  await inChunks(rows, async (chunk) => {
    const [live, linked] = [chunk.filter(({ status }) => status === 'active'), chunk.filter((row) => row.linked)];
    await dataSource.query(
      `INSERT INTO subscriptions (tenant_id, subscription_id, customer_id, name, status, "row", seen_at)
       SELECT $1, subscription_id, customer_id, product, status, "row", now() FROM ${made}`,
      [tenantId, JSON.stringify(chunk)],
    );
    // The lines of what ended before it was seen were never read.
    await dataSource.query(
      `INSERT INTO subscription_lines (tenant_id, subscription_id, line, customer_id, manufacturer, mpn, product_name, quantity, term, billing_period,
         unit_cost, cost_currency, unit_price, price_currency)
       SELECT $1, subscription_id, mpn, customer_id, 'Microsoft', mpn, product, 5, 'P1Y', 'P1M', 10.5, 'USD', 12, 'USD' FROM ${made}`,
      [tenantId, JSON.stringify(live)],
    );
    await dataSource.query(
      `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id, origin)
       SELECT $3, $1, subscription_id, mpn, subscription_id, 'created' FROM ${made}`,
      [tenantId, JSON.stringify(linked), psa],
    );
  });
}

function rowOf({ subscription_id, product, status }: Omit<Line, 'customer'>, { customer_id }: Customer): object {
  return {
    subscriptionId: subscription_id,
    customerId: customer_id,
    name: product,
    status,
    creationDate: '2025-03-01',
    renewalDate: '2026-03-01',
    expirationDate: '2026-03-01',
    autoRenew: true,
    billingPeriod: { type: 'month', duration: 1 },
    subscriptionPeriod: { type: 'year', duration: 1 },
  };
}

async function insertChanges(dataSource: DataSource, tenantId: string, psa: string, changes: readonly Change[]): Promise<string> {
  const [{ id } = { id: '' }] = await dataSource.query<{ id: string }[]>(
    `INSERT INTO imports (psa_instance_id, tenant_id, entities, trigger, requested_by, state, phase, counts, started_at, finished_at)
     VALUES ($2, $1, '{customers,subscriptions}', 'manual', 'bench', 'succeeded', 'done', '{}', now(), now()) RETURNING id`,
    [tenantId, psa],
  );
  const fields = { name: 'Product 1 Business Premium', count: 5, price: '12', purchase_price: '10.5', status: 'Active', is_active: true };
  await inChunks(changes, (chunk) =>
    dataSource.query(
      `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, customer_id, psa_id, planned, after, state, settled_at)
       SELECT $2, $1, $3, 1, sequence, entity, action, sequence::text, sequence::text, $5, $5, state, now()
       FROM jsonb_to_recordset($4::jsonb) AS made(sequence int, entity text, action text, state text)`,
      [tenantId, psa, id, JSON.stringify(chunk), fields],
    ),
  );
  return id;
}

async function inChunks<T>(all: readonly T[], insert: (chunk: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += CHUNK) await insert(all.slice(from, from + CHUNK));
}
