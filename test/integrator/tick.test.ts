import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IntegratorSlot } from '../../entities/index.js';
import { delayOf } from '../../src/integrator/schedule.js';
import { KEPT_DAYS } from '../../src/integrator/take-slot.js';
import { dueByScanning, hasDate } from './calendar-by-scanning.js';
import { at, DAY, NIGHT, nights, type Nights } from './nights.js';

let on: Nights;
beforeAll(async () => {
  on = await nights();
});
beforeEach(() => on.begin());
afterAll(() => on.close());

describe('a slot that comes due', () => {
  it('should start the import that the settings ask for', async () => {
    await on.there.set(on.tenantId, { integrator: { ...(await on.settings()), customers: false } });
    expect(await on.process.tick(NIGHT)).toEqual({ started: 1, waiting: 0, left_alone: 0, failed: 0 });
    const [row, ...more] = await on.there.imports(on.tenantId);
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      psaInstanceId: on.psaInstanceId,
      tenantId: on.tenantId,
      entities: ['subscriptions'],
      customerId: null,
      trigger: 'integrator',
      requestedBy: 'integrator',
      preview: false,
      state: 'queued',
      slot: '2026-05-10',
    });
    expect(await on.there.jobs(row!.id)).toBe(1);
    const due = at('2026-05-10T02:30:00Z') + delayOf(on.tenantId);
    expect(await on.there.slots(on.tenantId)).toMatchObject([
      { slot: '2026-05-10', dueAt: new Date(due), state: 'started', importId: row!.id, note: null },
    ]);
  });

  it('should start at its due instant and not a millisecond earlier', async () => {
    const due = at('2026-05-10T02:30:00Z') + delayOf(on.tenantId);
    await on.there.set(on.tenantId, { integrator: { ...(await on.settings()), since: '2026-05-09T12:00:00Z' } });
    await on.process.tick(due - 1);
    expect(await on.days()).toEqual([]);
    await on.process.tick(due);
    expect(await on.days()).toEqual(['2026-05-10']);
  });

  it('should start once, however many processes look at the same moment', async () => {
    const processes = await Promise.all([1, 2, 3, 4].map(() => on.there.process()));
    const ticks = await Promise.all([...processes, ...processes].map((one) => one.tick(NIGHT)));
    expect(ticks.map(({ started }) => started).filter((started) => started > 0)).toEqual([1]);
    expect(ticks.every(({ failed }) => failed === 0)).toBe(true);
    const imports = await on.there.imports(on.tenantId);
    expect(imports).toHaveLength(1);
    expect(await on.there.jobs(imports[0]!.id)).toBe(1);
    await Promise.all(processes.map((one) => one.close()));
  });

  it('should start once, though every process be started again', async () => {
    await on.process.tick(NIGHT);
    await on.there.end(on.tenantId);
    const anew = await on.there.process();
    expect(await anew.tick(NIGHT + 60_000)).toMatchObject({ started: 0, waiting: 0 });
    expect(await on.days()).toEqual(['2026-05-10']);
    await anew.close();
  });

  it('should start once, though the clock be set back', async () => {
    await on.process.tick(NIGHT);
    await on.there.end(on.tenantId);
    for (const back of [60_000, 3 * 3_600_000, DAY, 2 * DAY]) {
      await on.process.tick(NIGHT - back);
      await on.process.tick(NIGHT);
    }
    expect(await on.days()).toEqual(['2026-05-10']);
    await on.process.tick(NIGHT + DAY);
    expect(await on.days()).toEqual(['2026-05-10', '2026-05-11']);
  });

  it('should go on once a clock that was wrong by months is right again', async () => {
    await on.process.tick(NIGHT + 200 * DAY);
    await on.there.end(on.tenantId);
    await on.process.tick(NIGHT);
    expect((await on.days()).at(-1)).toBe('2026-05-10');
  });

  it('should not start again for another time of the same day', async () => {
    await on.process.tick(NIGHT);
    await on.there.end(on.tenantId);
    await on.there.set(on.tenantId, { integrator: { ...(await on.settings()), at: '12:00', since: new Date(NIGHT).toISOString() } });
    await on.process.tick(at('2026-05-10T13:00:00Z'));
    expect(await on.days()).toEqual(['2026-05-10']);
    await on.process.tick(at('2026-05-11T13:00:00Z'));
    expect(await on.days()).toEqual(['2026-05-10', '2026-05-11']);
  });

  it('should start all the same while the import of the day before waits for approval', async () => {
    await on.process.tick(NIGHT);
    await on.there.dataSource.query(`UPDATE imports SET state = 'needs_approval'`);
    await on.process.tick(NIGHT + DAY);
    expect(await on.days()).toEqual(['2026-05-10', '2026-05-11']);
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
    await on.there.set(on.tenantId, {
      integrator: { ...(await on.settings()), timeZone, at: '01:50', since: new Date(from).toISOString() },
    });
    for (let now = from; now <= until; now += 900_000) {
      await on.process.tick(now);
      await on.there.end(on.tenantId);
    }
    const dates = [-2, -1, 0, 1, 2].map((days) => new Date(at(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10));
    const expected = dates.filter((day) => {
      if (!hasDate(timeZone, day)) return false;
      const due = dueByScanning(timeZone, day, '01:50') + delayOf(on.tenantId);
      return due >= from && due <= until;
    });
    expect(expected.length).toBeGreaterThan(1);
    expect(await on.days()).toEqual(expected);
    expect((await on.there.slots(on.tenantId)).map(({ slot }) => slot)).toEqual(expected);
  });
});

describe('the days of a schedule', () => {
  it('should be kept for more than a year, and no longer', async () => {
    const at = (daysAgo: number): string => new Date(NIGHT - daysAgo * DAY).toISOString().slice(0, 10);
    for (const daysAgo of [2000, KEPT_DAYS + 1, KEPT_DAYS, 366]) {
      await on.there.dataSource.manager.insert(IntegratorSlot, {
        tenantId: on.tenantId,
        slot: at(daysAgo),
        dueAt: new Date(NIGHT - daysAgo * DAY),
        state: 'started',
      });
    }
    await on.process.tick(NIGHT);
    expect((await on.there.slots(on.tenantId)).map(({ slot }) => slot)).toEqual([at(KEPT_DAYS), at(366), at(0)]);
  });
});

describe('many tenants', () => {
  it('should each start exactly once when a hundred come due in the same minute under four processes', async () => {
    const ids = [on.tenantId, ...(await Promise.all(Array.from({ length: 99 }, () => on.there.addTenant(on.psaInstanceId))))];
    const processes = await Promise.all([1, 2, 3, 4].map(() => on.there.process()));
    const ticks = await Promise.all(processes.map((one) => one.tick(NIGHT)));
    expect(ticks.reduce((sum, { started }) => sum + started, 0)).toBe(100);
    expect(ticks.every(({ failed, waiting }) => failed === 0 && waiting === 0)).toBe(true);
    const rows: { tenant_id: string; jobs: number }[] = await on.there.dataSource.query(
      `SELECT tenant_id, (SELECT count(*)::int FROM pgboss.job WHERE data ->> 'importId' = imports.id::text) AS jobs FROM imports`,
    );
    expect(rows.map((row) => row.tenant_id).sort()).toEqual(ids.toSorted());
    expect(rows.every(({ jobs }) => jobs === 1)).toBe(true);
    await Promise.all(processes.map((one) => one.close()));
  });

  it('should not hold each other up when one of them cannot be followed', async () => {
    const odd = await on.there.addTenant(on.psaInstanceId, { timeZone: 'Mars/Olympus' });
    expect(await on.process.tick(NIGHT)).toEqual({ started: 1, waiting: 0, left_alone: 0, failed: 1 });
    expect(await on.days()).toEqual(['2026-05-10']);
    expect(await on.there.slots(odd)).toEqual([]);
  });
});
