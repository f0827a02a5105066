import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Import, IntegratorSlot, Tenant, type IntegratorSettings } from '../../entities/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { delayOf, SPREAD_MS } from '../../src/integrator/schedule.js';
import { KEPT_DAYS } from '../../src/integrator/take-slot.js';
import { dueByScanning, hasDate } from './calendar-by-scanning.js';
import { LONG_AGO, type Process, stage, type Stage } from './stage.js';

const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);
/** Every tenant's 02:30 UTC of that day is past by then. */
const NIGHT = at('2026-05-10T02:30:00Z') + SPREAD_MS;

let there: Stage;
let process: Process;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  there = await stage();
  process = await there.process();
});
afterAll(() => there.close());
beforeEach(async () => {
  await there.dataSource.query('DELETE FROM integrator_slots');
  await there.dataSource.query('DELETE FROM imports');
  await there.dataSource.query('DELETE FROM tenants');
  psaInstanceId = await there.addPsaInstance();
  tenantId = await there.addTenant(psaInstanceId);
});

const startOther = async (): Promise<string> => {
  const other = { psaInstanceId, tenantId, entities: ['customers' as const], trigger: 'manual' as const, requestedBy: 'test' };
  return (await there.dataSource.manager.save(Import, { ...other, counts: noCounts(), state: 'running' as const } as Import)).id;
};
const settings = async (): Promise<IntegratorSettings> =>
  (await there.dataSource.manager.findOneByOrFail(Tenant, { id: tenantId })).integrator;
const days = async (): Promise<string[]> => (await there.imports(tenantId)).map(({ slot }) => slot ?? 'none');

describe('a slot that comes due', () => {
  it('should start the import that the settings ask for', async () => {
    await there.set(tenantId, { integrator: { ...(await settings()), customers: false } });
    expect(await process.tick(NIGHT)).toEqual({ started: 1, waiting: 0, left_alone: 0, failed: 0 });
    const [row, ...more] = await there.imports(tenantId);
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      psaInstanceId,
      tenantId,
      entities: ['subscriptions'],
      customerId: null,
      trigger: 'integrator',
      requestedBy: 'integrator',
      preview: false,
      state: 'queued',
      slot: '2026-05-10',
    });
    expect(await there.jobs(row!.id)).toBe(1);
    const due = at('2026-05-10T02:30:00Z') + delayOf(tenantId);
    expect(await there.slots(tenantId)).toMatchObject([
      { slot: '2026-05-10', dueAt: new Date(due), state: 'started', importId: row!.id, note: null },
    ]);
  });

  it('should start at its due instant and not a millisecond earlier', async () => {
    const due = at('2026-05-10T02:30:00Z') + delayOf(tenantId);
    await there.set(tenantId, { integrator: { ...(await settings()), since: '2026-05-09T12:00:00Z' } });
    await process.tick(due - 1);
    expect(await days()).toEqual([]);
    await process.tick(due);
    expect(await days()).toEqual(['2026-05-10']);
  });

  it('should start once, however many processes look at the same moment', async () => {
    const processes = await Promise.all([1, 2, 3, 4].map(() => there.process()));
    const ticks = await Promise.all([...processes, ...processes].map((one) => one.tick(NIGHT)));
    expect(ticks.map(({ started }) => started).filter((started) => started > 0)).toEqual([1]);
    expect(ticks.every(({ failed }) => failed === 0)).toBe(true);
    const imports = await there.imports(tenantId);
    expect(imports).toHaveLength(1);
    expect(await there.jobs(imports[0]!.id)).toBe(1);
    await Promise.all(processes.map((one) => one.close()));
  });

  it('should start once, though every process be started again', async () => {
    await process.tick(NIGHT);
    await there.end(tenantId);
    const anew = await there.process();
    expect(await anew.tick(NIGHT + 60_000)).toMatchObject({ started: 0, waiting: 0 });
    expect(await days()).toEqual(['2026-05-10']);
    await anew.close();
  });

  it('should start once, though the clock be set back', async () => {
    await process.tick(NIGHT);
    await there.end(tenantId);
    for (const back of [60_000, 3 * 3_600_000, DAY, 2 * DAY]) {
      await process.tick(NIGHT - back);
      await process.tick(NIGHT);
    }
    expect(await days()).toEqual(['2026-05-10']);
    await process.tick(NIGHT + DAY);
    expect(await days()).toEqual(['2026-05-10', '2026-05-11']);
  });

  it('should go on once a clock that was wrong by months is right again', async () => {
    await process.tick(NIGHT + 200 * DAY);
    await there.end(tenantId);
    await process.tick(NIGHT);
    expect((await days()).at(-1)).toBe('2026-05-10');
  });

  it('should not start again for another time of the same day', async () => {
    await process.tick(NIGHT);
    await there.end(tenantId);
    await there.set(tenantId, { integrator: { ...(await settings()), at: '12:00', since: new Date(NIGHT).toISOString() } });
    await process.tick(at('2026-05-10T13:00:00Z'));
    expect(await days()).toEqual(['2026-05-10']);
    await process.tick(at('2026-05-11T13:00:00Z'));
    expect(await days()).toEqual(['2026-05-10', '2026-05-11']);
  });

  it('should start all the same while the import of the day before waits for approval', async () => {
    await process.tick(NIGHT);
    await there.dataSource.query(`UPDATE imports SET state = 'needs_approval'`);
    await process.tick(NIGHT + DAY);
    expect(await days()).toEqual(['2026-05-10', '2026-05-11']);
  });

  it.each([
    ['Europe/Berlin', '2026-10-25'],
    ['Europe/Berlin', '2026-03-29'],
    ['America/New_York', '2026-11-01'],
    ['America/New_York', '2026-03-08'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Australia/Lord_Howe', '2026-10-04'],
    ['Pacific/Apia', '2011-12-30'],
  ])('should start once a day in %s around %s, though looked at every quarter of an hour', async (timeZone, date) => {
    const [from, until] = [at(`${date}T00:00Z`) - DAY, at(`${date}T00:00Z`) + 2 * DAY];
    await there.set(tenantId, { integrator: { ...(await settings()), timeZone, at: '01:50', since: new Date(from).toISOString() } });
    for (let now = from; now <= until; now += 900_000) {
      await process.tick(now);
      await there.end(tenantId);
    }
    const dates = [-2, -1, 0, 1, 2].map((days) => new Date(at(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10));
    const expected = dates.filter((day) => {
      if (!hasDate(timeZone, day)) return false;
      const due = dueByScanning(timeZone, day, '01:50') + delayOf(tenantId);
      return due >= from && due <= until;
    });
    expect(expected.length).toBeGreaterThan(1);
    expect(await days()).toEqual(expected);
    expect((await there.slots(tenantId)).map(({ slot }) => slot)).toEqual(expected);
  });
});

describe('a slot that was missed', () => {
  it('should be caught up once, and only the latest of several, and say so', async () => {
    await process.tick(NIGHT);
    await there.end(tenantId);
    // Everything is down for four nights.
    const back = NIGHT + 4 * DAY + 5 * 3_600_000;
    await Promise.all([process.tick(back), process.tick(back)]);
    await there.end(tenantId);
    await process.tick(back + 30_000);
    expect(await days()).toEqual(['2026-05-10', '2026-05-14']);
    const due = new Date(at('2026-05-14T02:30:00Z') + delayOf(tenantId)).toISOString();
    expect((await there.slots(tenantId)).at(-1)?.note).toContain(`Caught up: it was due at ${due}`);
  });

  it('should not be caught up when it came due before the schedule was set', async () => {
    await there.set(tenantId, { integrator: { ...(await settings()), since: '2026-05-10T09:00:00Z' } });
    await process.tick(at('2026-05-10T09:01:00Z'));
    expect([await days(), await there.slots(tenantId)]).toEqual([[], []]);
    await process.tick(NIGHT + DAY);
    expect(await days()).toEqual(['2026-05-11']);
  });

  it('should not be caught up when it came due before the tenant was there', async () => {
    const { since: _, ...integrator } = await settings();
    await there.set(tenantId, { integrator, createdAt: new Date('2026-05-10T09:00:00Z') });
    await process.tick(at('2026-05-10T09:01:00Z'));
    expect(await days()).toEqual([]);
    await process.tick(NIGHT + DAY);
    expect(await days()).toEqual(['2026-05-11']);
  });
});

describe('a tenant that is left alone', () => {
  it.each<[string, Parameters<Stage['set']>[1], string]>([
    ['paused', { pausedAt: LONG_AGO, pausedWhy: 'Halo is being moved.' }, 'paused: Halo is being moved.'],
    ['untested', { status: 'untested', verifiedAt: null }, 'Verify it.'],
    ['never seen to work', { status: 'failing', verifiedAt: null }, 'Verify it.'],
    ['switched off', { enabled: false }, 'is switched off'],
  ])('should be said to be when it is %s', async (_what, changes, note) => {
    await there.set(tenantId, changes);
    expect(await process.tick(NIGHT)).toEqual({ started: 0, waiting: 0, left_alone: 1, failed: 0 });
    expect(await there.slots(tenantId)).toMatchObject([
      { slot: '2026-05-10', state: 'left_alone', importId: null, note: expect.stringContaining(note) },
    ]);
    expect(await there.imports(tenantId)).toEqual([]);
    // Once it is not any more, the next day is its first.
    await there.set(tenantId, { pausedAt: null, pausedWhy: null, status: 'ok', verifiedAt: LONG_AGO, enabled: true });
    await process.tick(NIGHT + 3_600_000);
    expect(await days()).toEqual([]);
    await process.tick(NIGHT + DAY);
    expect(await days()).toEqual(['2026-05-11']);
  });

  it('should be said to be when its PSA instance is switched off', async () => {
    await there.switchOff(psaInstanceId);
    await process.tick(NIGHT);
    expect(await there.slots(tenantId)).toMatchObject([{ state: 'left_alone', note: expect.stringContaining('PSA instance') }]);
    expect(await there.imports(tenantId)).toEqual([]);
  });

  it('should be said to be when neither customers nor subscriptions are chosen', async () => {
    await there.set(tenantId, { integrator: { ...(await settings()), customers: false, subscriptions: false } });
    await process.tick(NIGHT);
    expect(await there.slots(tenantId)).toMatchObject([{ state: 'left_alone', note: expect.stringContaining('chosen') }]);
    expect(await there.imports(tenantId)).toEqual([]);
  });

  it('should have no slots at all when it is archived or its integrator is off', async () => {
    await there.addTenant(psaInstanceId, {}, { archivedAt: LONG_AGO });
    await there.set(tenantId, { integrator: { ...(await settings()), enabled: false } });
    expect(await process.tick(NIGHT)).toEqual({ started: 0, waiting: 0, left_alone: 0, failed: 0 });
    expect(await there.dataSource.query('SELECT 1 FROM integrator_slots')).toEqual([]);
  });
});

describe('the days of a schedule', () => {
  it('should be kept for more than a year, and no longer', async () => {
    const at = (daysAgo: number): string => new Date(NIGHT - daysAgo * DAY).toISOString().slice(0, 10);
    for (const daysAgo of [2000, KEPT_DAYS + 1, KEPT_DAYS, 366]) {
      await there.dataSource.manager.insert(IntegratorSlot, {
        tenantId,
        slot: at(daysAgo),
        dueAt: new Date(NIGHT - daysAgo * DAY),
        state: 'started',
      });
    }
    await process.tick(NIGHT);
    expect((await there.slots(tenantId)).map(({ slot }) => slot)).toEqual([at(KEPT_DAYS), at(366), at(0)]);
  });
});

describe('a slot that comes due while another import waits or runs', () => {
  it('should wait, and start once when that one is over', async () => {
    const other = await startOther();
    expect(await process.tick(NIGHT)).toMatchObject({ started: 0, waiting: 1 });
    expect(await there.slots(tenantId)).toMatchObject([{ state: 'waiting', importId: null, note: expect.stringContaining('under way') }]);
    await process.tick(NIGHT + 30_000);
    expect((await there.imports(tenantId)).map(({ id }) => id)).toEqual([other]);
    await there.end(tenantId);

    const processes = await Promise.all([1, 2, 3, 4].map(() => there.process()));
    const ticks = await Promise.all([...processes, ...processes].map((one) => one.tick(NIGHT + 60_000)));
    expect(ticks.map(({ started }) => started).filter((started) => started > 0)).toEqual([1]);
    expect(ticks.every(({ failed }) => failed === 0)).toBe(true);
    await Promise.all(processes.map((one) => one.close()));
    const [, following, ...more] = await there.imports(tenantId);
    expect(more).toEqual([]);
    expect(following).toMatchObject({ trigger: 'integrator', slot: '2026-05-10', state: 'queued' });
    expect(await there.jobs(following!.id)).toBe(1);
    expect(await there.slots(tenantId)).toMatchObject([{ state: 'started', importId: following!.id }]);
  });

  it('should give way to the next day, if it waits until then', async () => {
    await startOther();
    await process.tick(NIGHT);
    await process.tick(NIGHT + DAY);
    await there.end(tenantId);
    await process.tick(NIGHT + DAY + 30_000);
    await there.end(tenantId);
    await process.tick(NIGHT + DAY + 60_000);
    expect((await there.slots(tenantId)).map(({ slot, state }) => [slot, state])).toEqual([
      ['2026-05-10', 'left_alone'],
      ['2026-05-11', 'started'],
    ]);
    expect((await days()).slice(1)).toEqual(['2026-05-11']);
  });

  it.each<[string, Parameters<Stage['set']>[1]]>([
    ['paused', { pausedAt: LONG_AGO, pausedWhy: 'why' }],
    ['archived', { archivedAt: LONG_AGO }],
  ])('should be left alone when the tenant is %s meanwhile', async (_what, changes) => {
    await startOther();
    await process.tick(NIGHT);
    await there.set(tenantId, changes);
    await there.end(tenantId);
    await process.tick(NIGHT + 30_000);
    expect(await there.slots(tenantId)).toMatchObject([{ state: 'left_alone', note: expect.stringMatching(/paused|archived/) }]);
    expect(await there.imports(tenantId)).toHaveLength(1);
  });
});

describe('many tenants', () => {
  it('should each start exactly once when a hundred come due in the same minute under four processes', async () => {
    const ids = [tenantId, ...(await Promise.all(Array.from({ length: 99 }, () => there.addTenant(psaInstanceId))))];
    const processes = await Promise.all([1, 2, 3, 4].map(() => there.process()));
    const ticks = await Promise.all(processes.map((one) => one.tick(NIGHT)));
    expect(ticks.reduce((sum, { started }) => sum + started, 0)).toBe(100);
    expect(ticks.every(({ failed, waiting }) => failed === 0 && waiting === 0)).toBe(true);
    const rows: { tenant_id: string; jobs: number }[] = await there.dataSource.query(
      `SELECT tenant_id, (SELECT count(*)::int FROM pgboss.job WHERE data ->> 'importId' = imports.id::text) AS jobs FROM imports`,
    );
    expect(rows.map((row) => row.tenant_id).sort()).toEqual(ids.toSorted());
    expect(rows.every(({ jobs }) => jobs === 1)).toBe(true);
    await Promise.all(processes.map((one) => one.close()));
  });

  it('should not hold each other up when one of them cannot be followed', async () => {
    const odd = await there.addTenant(psaInstanceId, { timeZone: 'Mars/Olympus' });
    expect(await process.tick(NIGHT)).toEqual({ started: 1, waiting: 0, left_alone: 0, failed: 1 });
    expect(await days()).toEqual(['2026-05-10']);
    expect(await there.slots(odd)).toEqual([]);
  });
});
