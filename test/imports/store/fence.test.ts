import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { violates } from '../../../src/database/violation.js';
import { AttemptLost, ImportCancelled } from '../../../src/imports/failure.js';
import { claimImport, ImportHold, noCounts } from '../../../src/imports/store/import-row.js';
import { Settled } from '../../../src/imports/store/settled.js';
import { countRefusal } from '../../../src/imports/store/refusals.js';
import { SAFE_AFTER_MS } from '../../../src/imports/store/take-over.js';
import { silentFor } from '../halted.js';
import { stage, type Stage } from '../stage.js';

const EMPTY = { customers: 0, subscriptions: 0 };
const CALLS = { marketplace: 1, psa: 1 };

describe('What an attempt writes in Postgres', () => {
  let on: Stage;
  let id: string;
  let lost: ImportHold;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  afterAll(() => on.close());

  /** The first attempt fell silent, and a second one has the import. */
  beforeEach(async () => {
    await on.reset(EMPTY);
    const { dataSource } = on.database;
    id = await on.queue();
    const first = await claimImport(dataSource, id);
    lost = new ImportHold(dataSource, id, first!.attempt);
    await silentFor(on, id, SAFE_AFTER_MS / 1000 + 1);
    expect((await claimImport(dataSource, id))?.attempt).toBe(2);
  });

  it.each<[string, (hold: ImportHold) => Promise<unknown>]>([
    ['its progress', (hold) => hold.progress('apply', 1, 2, CALLS)],
    ['its end', (hold) => hold.finish('succeeded', { counts: noCounts(), error: null, remarks: [], calls: CALLS })],
    ['that it hands back', (hold) => hold.handBack({ inSeconds: 0, counts: true, error: null, remarks: [], calls: CALLS })],
    [
      'what it found settled',
      async (hold) => {
        const settled = await Settled.load(on.database.dataSource, hold, on.tenant.id, 'what parts rest on');
        settled.allRestOn('ground');
        await settled.keep();
      },
    ],
    ['anything else', (hold) => hold.fenced((query) => query(`UPDATE tenants SET name = 'Written by the lost one'`))],
  ])('is nothing once another one took over: %s', async (_what, write) => {
    const before = (await on.result(id)).row;
    await expect(write(lost)).rejects.toBeInstanceOf(AttemptLost);
    expect((await on.result(id)).row).toEqual(before);
    expect(await on.database.dataSource.query(`SELECT 1 FROM tenants WHERE name = 'Written by the lost one'`)).toEqual([]);
    expect(await on.database.dataSource.query(`SELECT 1 FROM settled_plans`)).toEqual([]);
  });

  it('is not that a call goes out, once somebody asked for the import to end; what came of earlier calls is', async () => {
    const { dataSource } = on.database;
    const hold = new ImportHold(dataSource, id, 2);
    const note = (remark: string): Promise<unknown> => dataSource.query(`SELECT $1::text`, [remark]).then(() => remark);
    await expect(hold.fencedWhileWanted(() => note('sent'))).resolves.toBe('sent');
    await dataSource.query(`UPDATE imports SET cancel_requested_at = now() WHERE id = $1`, [id]);
    await expect(hold.fencedWhileWanted(() => note('sent'))).rejects.toBeInstanceOf(ImportCancelled);
    await expect(hold.fenced(() => note('settled'))).resolves.toBe('settled');
    await expect(lost.fencedWhileWanted(() => note('sent'))).rejects.toBeInstanceOf(AttemptLost);
  });

  it('does not wait, nor keep waiting, while it says how far it is or somebody cancels', async () => {
    const { dataSource } = on.database;
    const hold = new ImportHold(dataSource, id, 2);
    await hold.fenced(async () => {
      await hold.progress('apply', 1, 2, CALLS);
      await dataSource.query(`UPDATE imports SET cancel_requested_at = now() WHERE id = $1`, [id]);
      await hold.fenced(() => Promise.resolve());
      expect(await hold.beat()).toBeInstanceOf(ImportCancelled);
    });
  });

  it('is waited for by whoever takes over', async () => {
    const { dataSource } = on.database;
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await silentFor(on, id, SAFE_AFTER_MS / 1000 + 1);
    const order: string[] = [];
    let takenOver: Promise<unknown> | undefined;
    await new ImportHold(dataSource, id, 2).fenced(async (query) => {
      takenOver = claimImport(dataSource, id).then((taken) => order.push(`attempt ${taken?.attempt}`));
      while ((await dataSource.query<unknown[]>(waiting)).length === 0);
      await query(`UPDATE tenants SET name = name`);
      order.push('written');
    });
    await takenOver;
    expect(order).toEqual(['written', 'attempt 3']);
  });

  it('leaves the row to whoever waits for it, however its writes overlap', async () => {
    const { dataSource } = on.database;
    const hold = new ImportHold(dataSource, id, 2);
    let waits = true;
    let written = 0;
    const MANY = 60;
    const lane = async (): Promise<void> => {
      while (waits && written < MANY) {
        await hold.fenced((query) => query(`SELECT count(*) FROM generate_series(1, 200000)`));
        written += 1;
      }
    };
    const lanes = [lane(), lane(), lane(), lane()];
    await hold.fenced(() => Promise.resolve());
    const cancelled = dataSource.query(`UPDATE imports SET cancel_requested_at = now() WHERE id = $1`, [id]);
    const told = async (): Promise<void> => {
      for (;;) await hold.progress('apply', 1, 2, CALLS);
    };
    await expect(told()).rejects.toBeInstanceOf(ImportCancelled);
    waits = false;
    await Promise.all([cancelled, ...lanes]);
    expect(written).toBeLessThan(MANY);
  });

  it('ends the import, and counts for the tenant, beside whoever starts another one at that moment', async () => {
    const { dataSource } = on.database;
    const starting = dataSource.createQueryRunner();
    try {
      await starting.startTransaction();
      await starting.query(`SELECT 1 FROM tenants WHERE id = $1 FOR SHARE`, [on.tenant.id]);
      const end = { counts: noCounts(), error: null, remarks: [], calls: CALLS };
      const ended = new ImportHold(dataSource, id, 2).finish('failed', end, (query) => countRefusal(query, on.tenant.id, 'marketplace'));
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await dataSource.query<unknown[]>(waiting)).length === 0);
      const another = `INSERT INTO imports (psa_instance_id, tenant_id, entities, trigger, requested_by, counts) SELECT psa_instance_id, tenant_id, entities, trigger, requested_by, counts FROM imports WHERE id = $1`;
      const refused: unknown = await starting.query(another, [id]).catch((error: unknown) => error);
      expect(violates(refused, 'imports_one_at_a_time')).toBe(true);
      await starting.rollbackTransaction();
      await ended;
    } finally {
      await starting.release();
    }
    expect((await on.result(id)).row.state).toBe('failed');
  });

  it('is not that it is alive either', async () => {
    const before = (await on.result(id)).row;
    expect(await lost.beat()).toBeInstanceOf(AttemptLost);
    expect(await lost.check()).toBeInstanceOf(AttemptLost);
    expect((await on.result(id)).row).toEqual(before);
  });
});
