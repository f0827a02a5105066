import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { heldLists } from '../../src/database/held-lists.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

/** Long enough that parts far down are reached from the end, that a search finds more than is gathered at once, and that lists are held. */
const ROWS = 5_700;

interface Answer {
  data: Record<string, unknown>[];
  pagination: { total: number };
}

let app: ConnectedApp;
let tenantId: string;
let importId: string;
beforeAll(async () => {
  app = await connectedApp();
  const psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId);
  const query = <T>(sql: string, more: unknown[] = []): Promise<T> => app.database.dataSource.query(sql, [tenantId, ...more]);
  // Names come in no order; one in seven is called Rare, one in three has no renewal date.
  await query(
    `INSERT INTO customers (tenant_id, customer_id, name, status, seen_at)
     SELECT $1, 'c' || n, CASE WHEN n % 20 = 0 THEN 'Rare ' ELSE 'Often ' END || md5(n::text), 'active', now() FROM generate_series(1, $2) AS n`,
    [ROWS],
  );
  await query(
    `INSERT INTO subscriptions (tenant_id, subscription_id, customer_id, name, status, "row", seen_at)
     SELECT $1, n, 'c' || n, 'Product ' || n % 9, CASE WHEN n % 11 = 0 THEN 'removed' WHEN n % 7 = 0 THEN 'hold' ELSE 'active' END,
       CASE WHEN n % 3 = 0 THEN '{}' ELSE jsonb_build_object('renewalDate', '2026-01-' || 10 + n % 20, 'autoRenew', n % 2 = 0) END, now()
     FROM generate_series(1, $2) AS n`,
    [ROWS],
  );
  await query(
    `INSERT INTO mappings (tenant_id, customer_id, state, client_id, client_name, origin)
     SELECT $1, 'c' || n, 'mapped', n, 'Client ' || n, 'manual' FROM generate_series(1, $2, 500) AS n`,
    [ROWS],
  );
  const [made] = await query<{ id: string }[]>(
    `INSERT INTO imports (psa_instance_id, tenant_id, entities, trigger, requested_by, state, phase, counts, finished_at)
     VALUES ($2, $1, '{customers}', 'manual', 'test', 'succeeded', 'done', '{}', now()) RETURNING id`,
    [psaInstanceId],
  );
  importId = made!.id;
  await query(
    `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, customer_id, planned, after, state)
     SELECT $2, $1, $3, 1, n, 'client', CASE WHEN n % 2 = 0 THEN 'create' ELSE 'update' END, 'c' || n, '{}', '{}', 'applied' FROM generate_series(1, $4) AS n`,
    [psaInstanceId, importId, ROWS],
  );
  await app.database.dataSource.query(
    `INSERT INTO skips (import_id, entity, marketplace_id, reason, detail)
     SELECT $1, 'subscription', n, CASE WHEN n % 100 = 0 THEN 'no_product' ELSE 'ended' END, '' FROM generate_series(1, $2) AS n`,
    [importId, ROWS],
  );
});
afterAll(() => app.close());

/** A new step for each request, and no two of them find the lists the same: none is held. */
async function fromTables(): Promise<void> {
  await app.database.dataSource.query(`INSERT INTO list_steps (tenant_id, steps) VALUES ($1, 1)`, [tenantId]);
}

/** Asks twice for each list, as they are read after that. */
async function hold(): Promise<void> {
  for (let time = 0; time < 2; time += 1) {
    for (const list of ['subscriptions', 'subscriptions?sort=renewalDate', 'customers', 'customers?sort=subscriptions'])
      await part(`/tenants/${tenantId}/${list}`, 0);
  }
  await heldLists(app.database.dataSource).settled();
}

async function part(path: string, offset: number, limit = 500): Promise<Answer> {
  const { status, body } = await app.api<Answer>('GET', `${path}${path.includes('?') ? '&' : '?'}offset=${offset}&limit=${limit}`);
  expect(status).toBe(200);
  return body;
}

/** The list in an order that the database is asked for by other words. */
const inOrder = async (sql: string): Promise<string[]> =>
  (await app.database.dataSource.query<{ id: string }[]>(sql, [sql.includes('import_id') ? importId : tenantId])).map(({ id }) => id);

const SUBSCRIPTIONS = `SELECT s.subscription_id AS id FROM subscriptions s JOIN customers c USING (tenant_id, customer_id)
  LEFT JOIN mappings m USING (tenant_id, customer_id) WHERE s.tenant_id = $1`;
const CUSTOMERS = `SELECT customer_id AS id FROM customers c LEFT JOIN mappings m USING (tenant_id, customer_id) WHERE c.tenant_id = $1`;
const RENEWAL = `s."row" ->> 'renewalDate'`;

const LISTS: [path: () => string, key: string, sql: string][] = [
  [() => `/tenants/${tenantId}/subscriptions`, 'subscriptionId', `${SUBSCRIPTIONS} ORDER BY s.subscription_id::int`],
  [
    () => `/tenants/${tenantId}/subscriptions?sort=-subscriptionId`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY s.subscription_id::int DESC`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?sort=renewalDate`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY ${RENEWAL} ASC NULLS LAST, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?sort=-renewalDate`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY ${RENEWAL} DESC NULLS LAST, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?search=often&sort=-client`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND c.name ~ 'Often' ORDER BY lower(m.client_name) DESC NULLS LAST, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?search=rare&sort=customer`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND c.name ~ 'Rare' ORDER BY lower(c.name), s.subscription_id::int`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?search=client`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND m.id IS NOT NULL ORDER BY s.subscription_id::int`,
  ],
  [() => `/tenants/${tenantId}/customers`, 'customerId', `${CUSTOMERS} ORDER BY lower(name), customer_id`],
  [() => `/tenants/${tenantId}/customers?search=often`, 'customerId', `${CUSTOMERS} AND name ~ 'Often' ORDER BY lower(name), customer_id`],
  [() => `/tenants/${tenantId}/customers?search=rare`, 'customerId', `${CUSTOMERS} AND name ~ 'Rare' ORDER BY lower(name), customer_id`],
  [() => `/tenants/${tenantId}/customers?sort=state`, 'customerId', `${CUSTOMERS} ORDER BY m.id IS NOT NULL, lower(name), customer_id`],
  [
    () => `/tenants/${tenantId}/customers?sort=subscriptions`,
    'customerId',
    `${CUSTOMERS} ORDER BY (SELECT count(*) FROM subscriptions s WHERE s.tenant_id = $1 AND s.customer_id = c.customer_id AND s.status <> 'removed') DESC, lower(name), customer_id`,
  ],
  [
    () => `/tenants/${tenantId}/customers?state=undecided&search=often&sort=state`,
    'customerId',
    `${CUSTOMERS} AND name ~ 'Often' AND m.id IS NULL ORDER BY lower(name), customer_id`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?sort=-status`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY s.status DESC, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?state=skipped&search=product%203&sort=-subscriptionId`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND s.status <> 'removed' AND s.name = 'Product 3' ORDER BY s.subscription_id::int DESC`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?autoRenew=true&renewsBefore=2026-01-17&sort=renewalDate`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND s."row" ->> 'autoRenew' = 'true' AND ${RENEWAL} < '2026-01-17' ORDER BY ${RENEWAL}, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${tenantId}/subscriptions?status=hold&sort=-autoRenew`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND s.status = 'hold' ORDER BY (s."row" ->> 'autoRenew') DESC NULLS LAST, s.subscription_id::int`,
  ],
  [() => `/imports/${importId}/changes`, 'customerId', `SELECT customer_id AS id FROM changes WHERE import_id = $1 ORDER BY sequence`],
  [
    () => `/imports/${importId}/changes?action=create`,
    'customerId',
    `SELECT customer_id AS id FROM changes WHERE import_id = $1 AND action = 'create' ORDER BY sequence`,
  ],
  [
    () => `/imports/${importId}/skips`,
    'marketplaceId',
    `SELECT marketplace_id AS id FROM skips WHERE import_id = $1 ORDER BY marketplace_id::int`,
  ],
  [
    () => `/imports/${importId}/skips?reason=no_product`,
    'marketplaceId',
    `SELECT marketplace_id AS id FROM skips WHERE import_id = $1 AND reason = 'no_product' ORDER BY marketplace_id::int`,
  ],
];

describe.each([
  ['from tables', fromTables, fromTables],
  ['as it is held', hold, () => Promise.resolve()],
])('a long list %s', (_how, before, beforeEachPart) => {
  beforeAll(before);

  it.each(LISTS.map(([path, key, sql]) => [path.toString().replace(/^.*\}/, '').replace('`', ''), path, key, sql] as const))(
    'is the same from its beginning and from its end: %s',
    async (_name, path, key, sql) => {
      const expected = await inOrder(sql);
      expect(expected.length).toBeGreaterThan(0);
      const shown: unknown[] = [];
      for (let offset = 0; offset < expected.length; offset += 500) {
        await beforeEachPart();
        const { data, pagination } = await part(path(), offset);
        expect(pagination.total).toBe(expected.length);
        shown.push(...data.map((row) => row[key]));
      }
      expect(shown).toEqual(expected);
      for (const offset of [expected.length - 1, expected.length, expected.length + 700]) {
        await beforeEachPart();
        const { data, pagination } = await part(path(), offset);
        expect([data.map((row) => row[key]), pagination.total]).toEqual([expected.slice(offset), expected.length]);
      }
    },
  );

  it.each([
    [4_990, 30],
    [5_001, 7],
    [5_690, 500],
  ])('has the same rows in a part from %i of %i', async (offset, limit) => {
    const expected = await inOrder(`${SUBSCRIPTIONS} ORDER BY s.subscription_id::int`);
    await beforeEachPart();
    const { data } = await part(`/tenants/${tenantId}/subscriptions`, offset, limit);
    expect(data.map((row) => row['subscriptionId'])).toEqual(expected.slice(offset, offset + limit));
  });
});

describe('a search', () => {
  const ids = async (path: string, key: string): Promise<unknown[]> =>
    (await part(`/tenants/${tenantId}/${path}`, 0)).data.map((row) => row[key]);

  it('finds a whole id', async () => {
    expect(await ids('subscriptions?search=5123', 'subscriptionId')).toContain('5123');
    expect(await ids('customers?search=c5123', 'customerId')).toEqual(['c5123']);
  });

  it('finds the client of a customer, as long as they belong together', async () => {
    expect(await ids('subscriptions?search=CLIENT%20501', 'subscriptionId')).toEqual(['501']);
    await app.database.dataSource.query(`UPDATE mappings SET archived_at = now() WHERE tenant_id = $1 AND client_id = '501'`, [tenantId]);
    expect(await ids('subscriptions?search=client%20501', 'subscriptionId')).toEqual([]);
    await app.database.dataSource.query(`UPDATE mappings SET archived_at = NULL WHERE tenant_id = $1 AND client_id = '501'`, [tenantId]);
  });

  it('takes letters for letters, in whatever script and case', async () => {
    const rename = `UPDATE customers SET name = $3 WHERE tenant_id = $1 AND customer_id = $2`;
    await app.database.dataSource.query(rename, [tenantId, 'c77', 'ÉCOLE Straße 日本 100%_\\']);
    for (const search of ['école', 'STRAßE', '日本', '100%_\\', '%_', '\\']) {
      expect(await ids(`customers?search=${encodeURIComponent(search)}`, 'customerId')).toEqual(['c77']);
      expect(await ids(`subscriptions?search=${encodeURIComponent(search)}`, 'subscriptionId')).toEqual(['77']);
    }
    expect(await ids(`subscriptions?search=${encodeURIComponent('本1')}`, 'subscriptionId')).toEqual([]);
  });
});

describe('a list that is held', () => {
  const found = async (search: string): Promise<unknown[]> =>
    (await part(`/tenants/${tenantId}/subscriptions?search=${search}`, 0)).data.map((row) => row['subscriptionId']);
  const query = (sql: string): Promise<unknown> => app.database.dataSource.query(sql, [tenantId]);
  const version = async (): Promise<string> => (await heldLists(app.database.dataSource).now(tenantId)).version;

  it('is shown without going through what it was read from', async () => {
    await hold();
    const before = await part(`/tenants/${tenantId}/subscriptions?search=often`, 0);
    // Nobody else writes there: this shows where an answer comes from.
    await query(`UPDATE listed_lines SET search = '' WHERE tenant_id = $1`);
    expect(await part(`/tenants/${tenantId}/subscriptions?search=often`, 0)).toEqual(before);
    await query(`DELETE FROM listed_lines WHERE tenant_id = $1`);
    await query(`SELECT list_lines(array_agg(tenant_id), array_agg(subscription_id::text)) FROM subscriptions WHERE tenant_id = $1`);
  });

  it('is counted by its tables once, as long as it is what it was', async () => {
    const total = async (): Promise<number> => (await part(`/tenants/${tenantId}/subscriptions?status=hold`, 0)).pagination.total;
    await fromTables();
    const before = await total();
    expect(before).toBeGreaterThan(0);
    await query(`DELETE FROM listed_lines WHERE tenant_id = $1 AND status = 'hold'`);
    expect(await total()).toBe(before);
    await fromTables();
    expect(await total()).toBe(0);
    await query(`SELECT list_lines(array_agg(tenant_id), array_agg(subscription_id::text)) FROM subscriptions WHERE tenant_id = $1`);
    expect(await total()).toBe(before);
  });

  it('shows what another transaction changed as soon as that is committed, and not before', async () => {
    await hold();
    const other = app.database.dataSource.createQueryRunner();
    try {
      await other.startTransaction();
      await other.query(`UPDATE customers SET name = 'Proseware' WHERE tenant_id = $1 AND customer_id = 'c4321'`, [tenantId]);
      expect(await found('proseware')).toEqual([]);
      await other.commitTransaction();
    } finally {
      await other.release();
    }
    expect(await found('proseware')).toEqual(['4321']);
    await hold();
    expect(await found('proseware')).toEqual(['4321']);
  });

  it('does not take a change for read that was committed while it was read', async () => {
    await hold();
    const other = app.database.dataSource.createQueryRunner();
    try {
      await other.startTransaction();
      await other.query(`UPDATE customers SET name = 'Litware' WHERE tenant_id = $1 AND customer_id = 'c55'`, [tenantId]);
      await fromTables();
      await hold();
      await other.commitTransaction();
    } finally {
      await other.release();
    }
    expect(await found('litware')).toEqual(['55']);
  });

  it('is the same after its steps were put together', async () => {
    await query(`INSERT INTO list_steps (tenant_id, steps) SELECT $1, 1 FROM generate_series(1, 150)`);
    const before = await version();
    await hold();
    expect(await version()).toBe(before);
    expect(await app.database.dataSource.query(`SELECT steps FROM list_steps WHERE tenant_id = $1`, [tenantId])).toEqual([
      { steps: before },
    ]);
    expect((await found('client%20501')).length).toBe(1);
  });

  it.each([
    ['renewal date', `jsonb_build_object('renewalDate', '2027-01-01')`],
    ['auto-renewal', `jsonb_build_object('autoRenew', false)`],
  ])('notices another %s', async (_what, changed) => {
    const before = await version();
    await query(`UPDATE subscriptions SET "row" = "row" || ${changed} WHERE tenant_id = $1 AND subscription_id = '9'`);
    expect(await version()).not.toBe(before);
  });
});

describe('an import that runs', () => {
  const more = async (sequence: number): Promise<void> => {
    await app.database.dataSource.query(
      `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, customer_id, planned, after, state)
       SELECT psa_instance_id, tenant_id, id, 2, $2, 'client', 'create', 'c1', '{}', '{}', 'held' FROM imports WHERE id = $1`,
      [importId, sequence],
    );
    await app.database.dataSource.query(
      `INSERT INTO skips (import_id, entity, marketplace_id, reason, detail) VALUES ($1, 'customer', 'c1', 'ended', '')`,
      [importId],
    );
  };
  const totals = async (...paths: string[]): Promise<number[]> =>
    Promise.all(paths.map(async (path) => (await part(`/imports/${importId}/${path}`, 0)).pagination.total));

  it('shows how much there is so far, and after its end what became of it', async () => {
    const run = (finished: string): Promise<unknown> =>
      app.database.dataSource.query(`UPDATE imports SET attempt = 2, finished_at = ${finished} WHERE id = $1`, [importId]);
    const [changes = 0, skips = 0] = await totals('changes', 'skips');
    await run('NULL');
    for (const n of [1, 2]) {
      await more(n);
      expect(await totals('changes', 'skips', 'changes?state=held')).toEqual([changes + n, skips + n, n]);
    }
    await run('now()');
    await app.database.dataSource.query(`UPDATE changes SET state = 'superseded' WHERE import_id = $1 AND sequence = 2 AND attempt = 2`, [
      importId,
    ]);
    expect(await totals('changes', 'skips', 'changes?state=held')).toEqual([changes + 2, skips + 2, 1]);
  });
});
