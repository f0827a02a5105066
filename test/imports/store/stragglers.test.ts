import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_CLEAR_ANSWER } from '../../../src/imports/apply/create-records.js';
import { stragglersFor } from '../../../src/imports/store/stragglers.js';
import { addCustomer, addSubscription, EMPTY } from '../people.js';
import { stage, type Stage } from '../stage.js';

describe('How long an import waits for creates whose end nobody heard', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    addSubscription(on, addCustomer(on, 'Contoso'));
    await on.run();
  });
  afterAll(() => on.close());

  /** How long it would wait if creates of the import before had been noted as sent so many seconds ago, and had ended so. */
  async function waits(sentAgo: number, ended: { state: string; ago?: number; message?: string }): Promise<number> {
    await on.database.dataSource.query(
      `UPDATE changes SET state = $1, message = $2, sent_at = now() - make_interval(secs => $3), settled_at = now() - make_interval(secs => $4) WHERE action = 'create'`,
      [ended.state, ended.message ?? null, sentAgo, ended.ago ?? null],
    );
    return stragglersFor(on.database.dataSource, on.tenant.id);
  }
  const unclear = { state: 'failed', message: `${NO_CLEAR_ANSWER} (no answer in time), and it is not listed.` };

  it('not at all for those that ended clearly', async () => {
    expect(await waits(1, { state: 'applied', ago: 1 })).toBe(0);
    expect(await waits(1, { state: 'failed', ago: 1, message: 'A name is missing.' })).toBe(0);
  });

  it('until one that is open may not arrive any more', async () => {
    expect(await waits(30, { state: 'sent' })).toBeGreaterThan(55_000);
    expect(await waits(91, { state: 'sent' })).toBe(0);
  });

  it('as long after one without a clear answer, though it had stood in line for the call since it was noted', async () => {
    expect(await waits(600, { ...unclear, ago: 30 })).toBeGreaterThan(55_000);
    expect(await waits(600, { ...unclear, ago: 91 })).toBe(0);
  });

  it('for those of an import that was asked for days ago, too', async () => {
    await on.database.dataSource.query(`UPDATE imports SET created_at = now() - interval '40 days'`);
    expect(await waits(30, { state: 'sent' })).toBeGreaterThan(55_000);
    await on.database.dataSource.query(`UPDATE imports SET state = 'running', finished_at = NULL`);
    expect(await waits(30, { state: 'sent' })).toBeGreaterThan(55_000);
  });
});
