import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { LeanLists1771401600000 } from '../../migrations/90-lean-lists.js';
import { migrations } from '../../migrations/index.js';
import { migrate } from '../../src/database/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const LISTED = `SELECT customer_id, name, mapping, client FROM listed_customers ORDER BY 1`;
const LINES = `SELECT subscription_id, line, customer_id, status, state, convert_from(search, 'UTF8') AS search FROM listed_lines ORDER BY 1, 2`;

let database: TestDatabase;
beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.close());

describe('lists that were kept before they became lean', () => {
  it('hold after it what they hold when all is written anew', async () => {
    const { dataSource } = database;
    const earlier = new DataSource({
      ...dataSource.options,
      migrations: migrations.slice(0, migrations.indexOf(LeanLists1771401600000)),
    } as never);
    await earlier.initialize();
    try {
      await migrate(earlier);
    } finally {
      await earlier.destroy();
    }
    await fill(dataSource);
    expect(await migrate(dataSource)).toContain('LeanLists1771401600000');
    const both = async (): Promise<unknown[][]> => [await dataSource.query(LISTED), await dataSource.query(LINES)];
    const kept = await both();
    expect(kept[0]).toContainEqual(expect.objectContaining({ customer_id: 'c2', mapping: 'mapped', client: 'fab & co' }));
    expect(kept[0]).toContainEqual(expect.objectContaining({ customer_id: 'c1', mapping: 'mapped', client: null }));
    expect(kept[1]).toContainEqual(expect.objectContaining({ line: 'A', state: 'linked', search: 'premium plus\na\ncontoso' }));
    expect(kept[1]).toContainEqual(expect.objectContaining({ line: '', state: 'ended', search: 'old\nfabrikam' }));
    await dataSource.query(`DELETE FROM listed_customers`);
    await dataSource.query(`DELETE FROM listed_lines`);
    await dataSource.query(`SELECT list_customers(array_agg(tenant_id), array_agg(customer_id::text)) FROM customers`);
    await dataSource.query(`SELECT list_lines(array_agg(tenant_id), array_agg(subscription_id::text)) FROM subscriptions`);
    expect(await both()).toEqual(kept);
  });
});

async function fill(dataSource: DataSource): Promise<void> {
  const tenantId = randomUUID();
  const insert = (sql: string): Promise<unknown> => dataSource.query(sql, [tenantId]);
  await insert(`INSERT INTO customers (tenant_id, customer_id, name, status, seen_at)
    VALUES ($1, 'c1', 'Contoso', 'active', now()), ($1, 'c2', 'Fabrikam', 'active', now()), ($1, 'c3', 'Third', 'active', now())`);
  await insert(`INSERT INTO mappings (tenant_id, customer_id, state, client_id, client_name, origin)
    VALUES ($1, 'c1', 'mapped', '1', 'CONTOSO', 'name'), ($1, 'c2', 'mapped', '2', 'Fab & Co', 'name'), ($1, 'c3', 'suggested', '3', 'Other', 'name')`);
  await insert(`INSERT INTO subscriptions (tenant_id, subscription_id, customer_id, name, status, "row", seen_at)
    VALUES ($1, '1', 'c1', 'Premium Plus', 'active', '{}', now()), ($1, '2', 'c2', 'Old', 'removed', '{}', now()), ($1, '3', 'c3', NULL, 'active', '{}', now())`);
  await insert(`INSERT INTO subscription_lines (tenant_id, subscription_id, line, customer_id, mpn, product_name)
    VALUES ($1, '1', 'A', 'c1', 'A', 'premium'), ($1, '1', 'B', 'c1', 'B', 'Other'), ($1, '3', 'C', 'c3', 'C', 'Third product')`);
  await insert(`INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id) VALUES ($1, $1, '1', 'A', '9')`);
}
