import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AttemptLost } from '../../src/imports/failure.js';
import { reporter } from '../../src/imports/report-progress.js';
import { claimImport, ImportHold } from '../../src/imports/store/import-row.js';
import { stage, type Stage } from './stage.js';

const EMPTY = { customers: 0, subscriptions: 0 };
const CALLS = { marketplace: 7, psa: 5 };
const HOUR = 3_600_000;

describe('Progress', () => {
  let on: Stage;
  let hold: ImportHold;
  let time: number;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    const id = await on.queue();
    const claimed = await claimImport(on.database.dataSource, id);
    hold = new ImportHold(on.database.dataSource, id, claimed!.attempt);
    time = 0;
  });
  afterAll(() => on.close());

  const shown = async (): Promise<object> => {
    const { row } = await on.result(hold.importId);
    return { phase: row.phase, done: row.progressDone, total: row.progressTotal, marketplace: row.callsMarketplace };
  };
  const CLAIMED = { phase: 'marketplace', done: 0, total: null, marketplace: 0 };

  it('of an attempt that is over in a moment is not written', async () => {
    const { progress, end } = reporter(
      hold,
      () => time,
      () => CALLS,
    );
    await progress('marketplace', 1, 1);
    await progress('psa', 0, null);
    end();
    expect(await shown()).toEqual(CLAIMED);
  });

  it('of the first moment is written after it, though nothing more comes', async () => {
    const { progress, end } = reporter(
      hold,
      () => time,
      () => CALLS,
      20,
    );
    await progress('marketplace', 1, 4);
    await progress('psa', 0, null);
    while (((await shown()) as { phase: string }).phase === 'marketplace') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await shown()).toEqual({ phase: 'psa', done: 0, total: null, marketplace: 7 });
    end();
  });

  it('is written at once for a new phase and the end of one, and now and then between', async () => {
    const { progress, end } = reporter(
      hold,
      () => time,
      () => CALLS,
    );
    time = HOUR;
    await progress('marketplace', 1, 9);
    expect(await shown()).toMatchObject({ done: 1, total: 9 });
    await progress('marketplace', 2, 9);
    expect(await shown()).toMatchObject({ done: 1 });
    time += 1000;
    await progress('marketplace', 3, 9);
    expect(await shown()).toMatchObject({ done: 3 });
    await progress('marketplace', 9, 9);
    expect(await shown()).toMatchObject({ done: 9 });
    await progress('psa', 0, null);
    expect(await shown()).toMatchObject({ phase: 'psa' });
    end();
  });

  it('tells an attempt that was taken over', async () => {
    const { progress, end } = reporter(
      hold,
      () => time,
      () => CALLS,
    );
    time = HOUR;
    await on.database.dataSource.query(`UPDATE imports SET attempt = attempt + 1 WHERE id = $1`, [hold.importId]);
    await expect(progress('psa', 0, null)).rejects.toBeInstanceOf(AttemptLost);
    end();
  });
});
