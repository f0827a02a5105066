import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { longLists, type LongLists } from './long-lists-stage.js';

let on: LongLists;
beforeAll(async () => {
  on = await longLists();
});
afterAll(() => on.close());

const SUBSCRIPTIONS = `SELECT s.subscription_id AS id FROM subscriptions s JOIN customers c USING (tenant_id, customer_id)
  LEFT JOIN mappings m USING (tenant_id, customer_id) WHERE s.tenant_id = $1`;
const CUSTOMERS = `SELECT customer_id AS id FROM customers c LEFT JOIN mappings m USING (tenant_id, customer_id) WHERE c.tenant_id = $1`;
const RENEWAL = `s."row" ->> 'renewalDate'`;

const LISTS: [path: () => string, key: string, sql: string][] = [
  [() => `/tenants/${on.tenantId}/subscriptions`, 'subscriptionId', `${SUBSCRIPTIONS} ORDER BY s.subscription_id::int`],
  [
    () => `/tenants/${on.tenantId}/subscriptions?sort=-subscriptionId`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY s.subscription_id::int DESC`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?sort=renewalDate`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY ${RENEWAL} ASC NULLS LAST, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?sort=-renewalDate`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY ${RENEWAL} DESC NULLS LAST, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?search=often&sort=-client`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND c.name ~ 'Often' ORDER BY lower(m.client_name) DESC NULLS LAST, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?search=rare&sort=customer`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND c.name ~ 'Rare' ORDER BY lower(c.name), s.subscription_id::int`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?search=client`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND m.id IS NOT NULL ORDER BY s.subscription_id::int`,
  ],
  [() => `/tenants/${on.tenantId}/customers`, 'customerId', `${CUSTOMERS} ORDER BY lower(name), customer_id`],
  [
    () => `/tenants/${on.tenantId}/customers?search=often`,
    'customerId',
    `${CUSTOMERS} AND name ~ 'Often' ORDER BY lower(name), customer_id`,
  ],
  [() => `/tenants/${on.tenantId}/customers?search=rare`, 'customerId', `${CUSTOMERS} AND name ~ 'Rare' ORDER BY lower(name), customer_id`],
  [() => `/tenants/${on.tenantId}/customers?sort=state`, 'customerId', `${CUSTOMERS} ORDER BY m.id IS NOT NULL, lower(name), customer_id`],
  [
    () => `/tenants/${on.tenantId}/customers?sort=subscriptions`,
    'customerId',
    `${CUSTOMERS} ORDER BY (SELECT count(*) FROM subscriptions s WHERE s.tenant_id = $1 AND s.customer_id = c.customer_id AND s.status <> 'removed') DESC, lower(name), customer_id`,
  ],
  [
    () => `/tenants/${on.tenantId}/customers?state=undecided&search=often&sort=state`,
    'customerId',
    `${CUSTOMERS} AND name ~ 'Often' AND m.id IS NULL ORDER BY lower(name), customer_id`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?sort=-status`,
    'subscriptionId',
    `${SUBSCRIPTIONS} ORDER BY s.status DESC, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?state=skipped&search=product%203&sort=-subscriptionId`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND s.status <> 'removed' AND s.name = 'Product 3' ORDER BY s.subscription_id::int DESC`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?autoRenew=true&renewsBefore=2026-01-17&sort=renewalDate`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND s."row" ->> 'autoRenew' = 'true' AND ${RENEWAL} < '2026-01-17' ORDER BY ${RENEWAL}, s.subscription_id::int`,
  ],
  [
    () => `/tenants/${on.tenantId}/subscriptions?status=hold&sort=-autoRenew`,
    'subscriptionId',
    `${SUBSCRIPTIONS} AND s.status = 'hold' ORDER BY (s."row" ->> 'autoRenew') DESC NULLS LAST, s.subscription_id::int`,
  ],
  [() => `/imports/${on.importId}/changes`, 'customerId', `SELECT customer_id AS id FROM changes WHERE import_id = $1 ORDER BY sequence`],
  [
    () => `/imports/${on.importId}/changes?action=create`,
    'customerId',
    `SELECT customer_id AS id FROM changes WHERE import_id = $1 AND action = 'create' ORDER BY sequence`,
  ],
  [
    () => `/imports/${on.importId}/skips`,
    'marketplaceId',
    `SELECT marketplace_id AS id FROM skips WHERE import_id = $1 ORDER BY marketplace_id::int`,
  ],
  [
    () => `/imports/${on.importId}/skips?reason=no_product`,
    'marketplaceId',
    `SELECT marketplace_id AS id FROM skips WHERE import_id = $1 AND reason = 'no_product' ORDER BY marketplace_id::int`,
  ],
];

describe.each([
  ['from tables', () => on.fromTables(), () => on.fromTables()],
  ['as it is held', () => on.hold(), () => Promise.resolve()],
])('a long list %s', (_how, before, beforeEachPart) => {
  beforeAll(before);

  it.each(LISTS.map(([path, key, sql]) => [path.toString().replace(/^.*\}/, '').replace('`', ''), path, key, sql] as const))(
    'is the same from its beginning and from its end: %s',
    async (_name, path, key, sql) => {
      const expected = await on.inOrder(sql);
      expect(expected.length).toBeGreaterThan(0);
      const shown: unknown[] = [];
      for (let offset = 0; offset < expected.length; offset += 500) {
        await beforeEachPart();
        const { data, pagination } = await on.part(path(), offset);
        expect(pagination.total).toBe(expected.length);
        shown.push(...data.map((row) => row[key]));
      }
      expect(shown).toEqual(expected);
      for (const offset of [expected.length - 1, expected.length, expected.length + 700]) {
        await beforeEachPart();
        const { data, pagination } = await on.part(path(), offset);
        expect([data.map((row) => row[key]), pagination.total]).toEqual([expected.slice(offset), expected.length]);
      }
    },
  );

  it.each([
    [4_990, 30],
    [5_001, 7],
    [5_690, 500],
  ])('has the same rows in a part from %i of %i', async (offset, limit) => {
    const expected = await on.inOrder(`${SUBSCRIPTIONS} ORDER BY s.subscription_id::int`);
    await beforeEachPart();
    const { data } = await on.part(`/tenants/${on.tenantId}/subscriptions`, offset, limit);
    expect(data.map((row) => row['subscriptionId'])).toEqual(expected.slice(offset, offset + limit));
  });
});

describe('a search', () => {
  const ids = async (path: string, key: string): Promise<unknown[]> =>
    (await on.part(`/tenants/${on.tenantId}/${path}`, 0)).data.map((row) => row[key]);

  it('finds a whole id', async () => {
    expect(await ids('subscriptions?search=5123', 'subscriptionId')).toContain('5123');
    expect(await ids('customers?search=c5123', 'customerId')).toEqual(['c5123']);
  });

  it('finds the client of a customer, as long as they belong together', async () => {
    expect(await ids('subscriptions?search=CLIENT%20501', 'subscriptionId')).toEqual(['501']);
    await on.app.database.dataSource.query(`UPDATE mappings SET archived_at = now() WHERE tenant_id = $1 AND client_id = '501'`, [
      on.tenantId,
    ]);
    expect(await ids('subscriptions?search=client%20501', 'subscriptionId')).toEqual([]);
    await on.app.database.dataSource.query(`UPDATE mappings SET archived_at = NULL WHERE tenant_id = $1 AND client_id = '501'`, [
      on.tenantId,
    ]);
  });

  it('takes letters for letters, in whatever script and case', async () => {
    const rename = `UPDATE customers SET name = $3 WHERE tenant_id = $1 AND customer_id = $2`;
    await on.app.database.dataSource.query(rename, [on.tenantId, 'c77', 'ÉCOLE Straße 日本 100%_\\']);
    for (const search of ['école', 'STRAßE', '日本', '100%_\\', '%_', '\\']) {
      expect(await ids(`customers?search=${encodeURIComponent(search)}`, 'customerId')).toEqual(['c77']);
      expect(await ids(`subscriptions?search=${encodeURIComponent(search)}`, 'subscriptionId')).toEqual(['77']);
    }
    expect(await ids(`subscriptions?search=${encodeURIComponent('本1')}`, 'subscriptionId')).toEqual([]);
  });
});

describe('an import that runs', () => {
  const more = async (sequence: number): Promise<void> => {
    await on.app.database.dataSource.query(
      `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, customer_id, planned, after, state)
       SELECT psa_instance_id, tenant_id, id, 2, $2, 'client', 'create', 'c1', '{}', '{}', 'held' FROM imports WHERE id = $1`,
      [on.importId, sequence],
    );
    await on.app.database.dataSource.query(
      `INSERT INTO skips (import_id, entity, marketplace_id, reason, detail) VALUES ($1, 'customer', 'c1', 'ended', '')`,
      [on.importId],
    );
  };
  const totals = async (...paths: string[]): Promise<number[]> =>
    Promise.all(paths.map(async (path) => (await on.part(`/imports/${on.importId}/${path}`, 0)).pagination.total));

  it('shows how much there is so far, and after its end what became of it', async () => {
    const run = (finished: string): Promise<unknown> =>
      on.app.database.dataSource.query(`UPDATE imports SET attempt = 2, finished_at = ${finished} WHERE id = $1`, [on.importId]);
    const [changes = 0, skips = 0] = await totals('changes', 'skips');
    await run('NULL');
    for (const n of [1, 2]) {
      await more(n);
      expect(await totals('changes', 'skips', 'changes?state=held')).toEqual([changes + n, skips + n, n]);
    }
    await run('now()');
    await on.app.database.dataSource.query(
      `UPDATE changes SET state = 'superseded' WHERE import_id = $1 AND sequence = 2 AND attempt = 2`,
      [on.importId],
    );
    expect(await totals('changes', 'skips', 'changes?state=held')).toEqual([changes + 2, skips + 2, 1]);
  });
});
