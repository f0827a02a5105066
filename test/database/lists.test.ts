import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { CustomerRecord, Link, Mapping, SubscriptionLineRecord, SubscriptionRecord } from '../../entities/index.js';
import { heldLists } from '../../src/database/held-lists.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

let database: TestDatabase;
let tenantId: string;
const psaInstanceId = randomUUID();
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  tenantId = randomUUID();
  await storeCustomer(database, tenantId, 'c1', { name: 'Contoso' });
  await storeCustomer(database, tenantId, 'c2', { name: 'Fabrikam' });
  await storeSubscription(database, tenantId, { subscriptionId: '10', customerId: 'c1', name: 'Premium', status: 'active' }, [
    'MPN-A',
    'MPN-B',
  ]);
  await storeSubscription(database, tenantId, { subscriptionId: '11', customerId: 'c2', name: 'Old', status: 'removed' }, []);
  await storeSubscription(database, tenantId, { subscriptionId: '12', customerId: 'c1', name: 'New', status: 'active' }, []);
});

/** The rows that the records call for, beside those that lists are chosen by. */
async function both(): Promise<{ called: unknown[]; listed: unknown[] }> {
  const query = (text: string): Promise<unknown[]> => database.dataSource.query(text, [tenantId]);
  const customers = `SELECT customers.customer_id, lower(customers.name) AS name, coalesce(mappings.state, 'unmapped') AS mapping,
      CASE WHEN mappings.state = 'mapped' AND position(lower(mappings.client_name) IN lower(customers.name)) = 0 THEN lower(mappings.client_name) END AS client FROM customers
    LEFT JOIN mappings ON mappings.tenant_id = customers.tenant_id AND mappings.customer_id = customers.customer_id AND mappings.archived_at IS NULL
    WHERE customers.tenant_id = $1 AND (customers.gone_at IS NULL OR mappings.id IS NOT NULL) ORDER BY 1`;
  const lines = `SELECT subscriptions.subscription_id, coalesce(lines.line, '') AS line, subscriptions.customer_id, subscriptions.status,
      CASE WHEN subscriptions.status IN ('terminated', 'removed') OR subscriptions.gone_at IS NOT NULL THEN 'ended'
        WHEN links.licence_id IS NOT NULL THEN 'linked' ELSE 'skipped' END AS state,
      lower(concat_ws(E'\\n', subscriptions.name,
        CASE WHEN position(lower(lines.product_name) IN lower(coalesce(subscriptions.name, ''))) = 0 THEN lines.product_name END, lines.mpn, customers.name)) AS search
    FROM subscriptions
    LEFT JOIN subscription_lines AS lines ON lines.tenant_id = subscriptions.tenant_id AND lines.subscription_id = subscriptions.subscription_id
    LEFT JOIN links ON links.tenant_id = lines.tenant_id AND links.subscription_id = lines.subscription_id AND links.line = lines.line AND links.archived_at IS NULL
    LEFT JOIN customers ON customers.tenant_id = subscriptions.tenant_id AND customers.customer_id = subscriptions.customer_id
    WHERE subscriptions.tenant_id = $1 ORDER BY 1, 2`;
  return {
    called: [...(await query(customers)), ...(await query(lines))],
    listed: [
      ...(await query(`SELECT customer_id, name, mapping, client FROM listed_customers WHERE tenant_id = $1 ORDER BY 1`)),
      ...(await query(
        `SELECT subscription_id, line, customer_id, status, state, convert_from(search, 'UTF8') AS search FROM listed_lines WHERE tenant_id = $1 ORDER BY 1, 2`,
      )),
    ],
  };
}

const manager = (): EntityManager => database.dataSource.manager;

async function link(line: string, licenceId: string | null, subscriptionId = '10'): Promise<void> {
  await manager().insert(Link, { psaInstanceId: randomUUID(), tenantId, subscriptionId, line, licenceId });
}

/** Adds a line to each of these subscriptions, all in one statement. */
const ADD_LINES = `INSERT INTO subscription_lines (tenant_id, subscription_id, line, customer_id, mpn, product_name, quantity)
  SELECT $1, id, 'MPN-X' || place - 1, 'c1', 'MPN-X', 'New product', 1 FROM unnest($2::text[]) WITH ORDINALITY AS wanted(id, place)`;

async function addLines(...subscriptionIds: string[]): Promise<void> {
  await database.dataSource.query(ADD_LINES, [tenantId, subscriptionIds]);
}

async function map(customerId: string, clientName: string | null = null): Promise<void> {
  const client = clientName === null ? { state: 'suggested' as const } : { state: 'mapped' as const, clientId: '7', clientName };
  await manager().insert(Mapping, { tenantId, customerId, ...client, candidates: [] });
}

async function version(): Promise<number> {
  return Number((await heldLists(database.dataSource).now(tenantId)).version);
}

async function expectAgreement(): Promise<void> {
  const { called, listed } = await both();
  expect(listed).toEqual(called);
}

describe('What lists are chosen by', () => {
  it.each<[string, () => Promise<unknown>, boolean?]>([
    ['a customer is renamed', () => manager().update(CustomerRecord, { tenantId, customerId: 'c1' }, { name: 'Contoso GmbH' })],
    ['a customer is gone', () => manager().update(CustomerRecord, { tenantId, customerId: 'c1' }, { goneAt: new Date() })],
    [
      'a customer with a mapping is gone',
      async () => {
        await map('c1');
        await manager().update(CustomerRecord, { tenantId, customerId: 'c1' }, { goneAt: new Date() });
      },
    ],
    [
      'and then its mapping is archived',
      async () => {
        await map('c1');
        await manager().update(CustomerRecord, { tenantId, customerId: 'c1' }, { goneAt: new Date() });
        await manager().update(Mapping, { tenantId }, { archivedAt: new Date() });
      },
    ],
    [
      'a mapping is decided',
      async () => {
        await map('c2');
        await manager().update(Mapping, { tenantId }, { state: 'mapped', clientId: '7' });
      },
    ],
    ['a customer is mapped to a client of another name', () => map('c2', 'Fabrikam ÅB')],
    ['a customer is mapped to a client of its name', () => map('c2', 'FABRIKAM')],
    [
      'a client is renamed',
      async () => {
        await map('c2', 'Fabrikam');
        await manager().update(Mapping, { tenantId }, { clientName: 'Fab & Co' });
      },
    ],
    [
      'a customer gets the name of its client',
      async () => {
        await map('c2', 'Fab & Co');
        await manager().update(CustomerRecord, { tenantId, customerId: 'c2' }, { name: 'The Fab & Co' });
      },
    ],
    [
      'a product is called as its subscription',
      () => manager().update(SubscriptionLineRecord, { tenantId, line: 'MPN-A' }, { productName: 'PREMIUM' }),
    ],
    ['a subscription loses its name', () => manager().update(SubscriptionRecord, { tenantId, subscriptionId: '10' }, { name: null })],
    ['a subscription ends', () => manager().update(SubscriptionRecord, { tenantId, subscriptionId: '10' }, { status: 'removed' })],
    ['a subscription is missed', () => manager().update(SubscriptionRecord, { tenantId, subscriptionId: '10' }, { goneAt: new Date() })],
    ['a subscription moves', () => manager().update(SubscriptionRecord, { tenantId, subscriptionId: '10' }, { customerId: 'c2' })],
    ['a product is renamed', () => manager().update(SubscriptionLineRecord, { tenantId, line: 'MPN-A' }, { productName: 'Premium Plus' })],
    ['a line is gone', () => manager().delete(SubscriptionLineRecord, { tenantId, line: 'MPN-B' })],
    ['the last line is gone', () => manager().delete(SubscriptionLineRecord, { tenantId })],
    ['a line is linked', () => link('MPN-A', '5')],
    [
      'lines are linked together, of which one ended and one is not there',
      () =>
        manager().insert(
          Link,
          [
            ['10', 'MPN-A'],
            ['10', 'MPN-B'],
            ['11', ''],
            ['12', 'MPN-C'],
          ].map(([subscriptionId, line], at) => ({ psaInstanceId, tenantId, subscriptionId, line, licenceId: `${at}` })),
        ),
    ],
    ['a line is to be created anyway', () => link('MPN-A', null), false],
    [
      'a link is archived',
      async () => {
        await link('MPN-A', '5');
        await manager().update(Link, { tenantId }, { archivedAt: new Date(), archivedWhy: 'renewal' });
      },
      false,
    ],
    ['a subscription that has ended gets a line', () => addLines('11')],
    ['one in force gets its first line', () => addLines('12')],
    ['some get lines together, of which one has others and one is not there', () => addLines('10', '11', '12', '13'), true],
    ['one gets two lines at once', () => addLines('12', '12')],
    [
      'one gets a line that was linked before',
      async () => {
        await link('MPN-X0', '5', '12');
        await addLines('12');
      },
    ],
    [
      'one gets a line that is not to be linked',
      async () => {
        await link('MPN-X0', null, '12');
        await addLines('12');
      },
    ],
    [
      'subscriptions come of which one has lines already and one had ended',
      async () => {
        await addLines('13');
        await database.dataSource.query(
          `INSERT INTO subscriptions (tenant_id, subscription_id, customer_id, name, status, "row", seen_at) SELECT $1, n.id, n.customer, n.name, n.status, '{}', now()
           FROM (VALUES ('13', 'c1', 'Late', 'active'), ('14', 'c2', NULL, 'removed'), ('15', 'c9', 'Nobody’s', 'hold')) AS n(id, customer, name, status)`,
          [tenantId],
        );
      },
    ],
    ['a customer has a very long name', () => storeCustomer(database, tenantId, 'c3', { name: 'n'.repeat(500) })],
    [
      'many rows change at once',
      () => database.dataSource.query(`UPDATE subscriptions SET status = 'hold' WHERE tenant_id = $1`, [tenantId]),
    ],
  ])('agrees with the records after %s', async (_what, change, changes = true) => {
    const [before, steps] = [(await both()).listed, await version()];
    await change();
    await expectAgreement();
    if (!changes) return;
    expect((await both()).listed).not.toEqual(before);
    expect(await version()).toBeGreaterThan(steps);
  });

  it.each([
    ['one of them its status', `UPDATE subscriptions SET status = 'removed' WHERE tenant_id = $1 AND subscription_id = '10'`, 'MPN-A'],
    [
      'one of them a line that the other links',
      `INSERT INTO subscription_lines (tenant_id, subscription_id, line, customer_id, mpn, product_name, quantity)
       SELECT tenant_id, subscription_id, 'MPN-C', customer_id, 'MPN-C', product_name, 1 FROM subscription_lines WHERE tenant_id = $1 AND line = 'MPN-A'`,
      'MPN-C',
    ],
  ])('agrees with them when two change one subscription at once, %s', async (_what, change, line) => {
    await atOnce(
      [change, [tenantId]],
      [
        `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id) VALUES ($2, $1, '10', $3, '5')`,
        [tenantId, randomUUID(), line],
      ],
    );
    await expectAgreement();
  });

  it.each([
    ['is linked', `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id) VALUES ($1, $1, '12', 'MPN-X0', '5')`],
    ['has its customer renamed', `UPDATE customers SET name = 'Contoso GmbH' WHERE tenant_id = $1 AND customer_id = 'c1'`],
    ['is renamed', `UPDATE subscriptions SET name = 'Newer' WHERE tenant_id = $1 AND subscription_id = '12'`],
    ['ends', `UPDATE subscriptions SET status = 'removed' WHERE tenant_id = $1 AND subscription_id = '12'`],
  ])('agrees with them when a subscription gets its first line while it %s', async (_what, change) => {
    await atOnce([change, [tenantId]], [ADD_LINES, [tenantId, ['12']]]);
    await expectAgreement();
  });

  /** Makes a statement while another one's transaction goes on that keeps it waiting. */
  async function atOnce(one: [string, unknown[]], other: [string, unknown[]]): Promise<void> {
    const [first, second] = [database.dataSource.createQueryRunner(), database.dataSource.createQueryRunner()];
    try {
      await first.startTransaction();
      await first.query(...one);
      await second.startTransaction();
      const writing = second.query(...other);
      const waits = `SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`;
      while (((await first.query(waits)) as unknown[]).length === 0);
      await first.commitTransaction();
      await writing;
      await second.commitTransaction();
    } finally {
      await first.release();
      await second.release();
    }
  }

  it('writes nothing where nothing that matters changed', async () => {
    const versions = (): Promise<unknown[]> =>
      database.dataSource.query(
        `SELECT xmin::text FROM listed_lines WHERE tenant_id = $1 UNION ALL SELECT xmin::text FROM listed_customers WHERE tenant_id = $1`,
        [tenantId],
      );
    const [before, steps] = [await versions(), await version()];
    await manager().update(SubscriptionRecord, { tenantId }, { readAt: new Date() });
    await manager().update(SubscriptionLineRecord, { tenantId }, { quantity: '9' });
    await manager().update(CustomerRecord, { tenantId }, { seenAt: new Date() });
    expect(await versions()).toEqual(before);
    expect(await version()).toBe(steps);
  });
});
