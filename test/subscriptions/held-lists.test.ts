import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { heldLists } from '../../src/database/held-lists.js';
import { longLists, type LongLists } from './long-lists-stage.js';

let on: LongLists;
beforeAll(async () => {
  on = await longLists();
});
afterAll(() => on.close());

describe('a list that is held', () => {
  const found = async (search: string): Promise<unknown[]> =>
    (await on.part(`/tenants/${on.tenantId}/subscriptions?search=${search}`, 0)).data.map((row) => row['subscriptionId']);
  const query = (sql: string): Promise<unknown> => on.app.database.dataSource.query(sql, [on.tenantId]);
  const version = async (): Promise<string> => (await heldLists(on.app.database.dataSource).now(on.tenantId)).version;

  it('is shown without going through what it was read from', async () => {
    await on.hold();
    const before = await on.part(`/tenants/${on.tenantId}/subscriptions?search=often`, 0);
    // Nobody else writes there: this shows where an answer comes from.
    await query(`UPDATE listed_lines SET search = '' WHERE tenant_id = $1`);
    expect(await on.part(`/tenants/${on.tenantId}/subscriptions?search=often`, 0)).toEqual(before);
    await query(`DELETE FROM listed_lines WHERE tenant_id = $1`);
    await query(`SELECT list_lines(array_agg(tenant_id), array_agg(subscription_id::text)) FROM subscriptions WHERE tenant_id = $1`);
  });

  it('is counted by its tables once, as long as it is what it was', async () => {
    const total = async (): Promise<number> => (await on.part(`/tenants/${on.tenantId}/subscriptions?status=hold`, 0)).pagination.total;
    await on.fromTables();
    const before = await total();
    expect(before).toBeGreaterThan(0);
    await query(`DELETE FROM listed_lines WHERE tenant_id = $1 AND status = 'hold'`);
    expect(await total()).toBe(before);
    await on.fromTables();
    expect(await total()).toBe(0);
    await query(`SELECT list_lines(array_agg(tenant_id), array_agg(subscription_id::text)) FROM subscriptions WHERE tenant_id = $1`);
    expect(await total()).toBe(before);
  });

  it('shows what another transaction changed as soon as that is committed, and not before', async () => {
    await on.hold();
    const other = on.app.database.dataSource.createQueryRunner();
    try {
      await other.startTransaction();
      await other.query(`UPDATE customers SET name = 'Proseware' WHERE tenant_id = $1 AND customer_id = 'c4321'`, [on.tenantId]);
      expect(await found('proseware')).toEqual([]);
      await other.commitTransaction();
    } finally {
      await other.release();
    }
    expect(await found('proseware')).toEqual(['4321']);
    await on.hold();
    expect(await found('proseware')).toEqual(['4321']);
  });

  it('does not take a change for read that was committed while it was read', async () => {
    await on.hold();
    const other = on.app.database.dataSource.createQueryRunner();
    try {
      await other.startTransaction();
      await other.query(`UPDATE customers SET name = 'Litware' WHERE tenant_id = $1 AND customer_id = 'c55'`, [on.tenantId]);
      await on.fromTables();
      await on.hold();
      await other.commitTransaction();
    } finally {
      await other.release();
    }
    expect(await found('litware')).toEqual(['55']);
  });

  it('is the same after its steps were put together', async () => {
    await query(`INSERT INTO list_steps (tenant_id, steps) SELECT $1, 1 FROM generate_series(1, 150)`);
    const before = await version();
    await on.hold();
    expect(await version()).toBe(before);
    expect(await on.app.database.dataSource.query(`SELECT steps FROM list_steps WHERE tenant_id = $1`, [on.tenantId])).toEqual([
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
