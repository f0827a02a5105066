import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MANY_STEPS } from '../../../src/database/list-steps.js';
import { addCustomer, addSubscription, EMPTY } from '../people.js';
import { stage, type Stage } from '../stage.js';

describe('The steps of lists that nobody opens', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  afterAll(() => on.close());

  it('are put together by imports, and add up as before', async () => {
    const { dataSource } = on.database;
    const steps = async (): Promise<{ rows: number; sum: number }> => {
      const sql = `SELECT count(*)::int AS rows, coalesce(sum(steps), 0)::int AS sum FROM list_steps WHERE tenant_id = $1`;
      const [row] = await dataSource.query<{ rows: number; sum: number }[]>(sql, [on.tenant.id]);
      return row!;
    };
    addSubscription(on, addCustomer(on, 'Contoso'));
    await on.run();
    await dataSource.query(`INSERT INTO list_steps (tenant_id, steps) SELECT $1, 1 FROM generate_series(0, $2)`, [
      on.tenant.id,
      MANY_STEPS,
    ]);
    const before = await steps();
    await on.run();
    const after = await steps();
    expect(after.sum).toBe(before.sum);
    expect(after.rows).toBe(1);
  });
});
