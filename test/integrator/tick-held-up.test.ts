import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Import } from '../../entities/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { delayOf } from '../../src/integrator/schedule.js';
import { at, DAY, NIGHT, nights, type Nights } from './nights.js';
import { LONG_AGO, type Stage } from './stage.js';

let on: Nights;
beforeAll(async () => {
  on = await nights();
});
beforeEach(() => on.begin());
afterAll(() => on.close());

describe('a slot that was missed', () => {
  it('should be caught up once, and only the latest of several, and say so', async () => {
    await on.process.tick(NIGHT);
    await on.there.end(on.tenantId);
    // Everything is down for four nights.
    const back = NIGHT + 4 * DAY + 5 * 3_600_000;
    await Promise.all([on.process.tick(back), on.process.tick(back)]);
    await on.there.end(on.tenantId);
    await on.process.tick(back + 30_000);
    expect(await on.days()).toEqual(['2026-05-10', '2026-05-14']);
    const due = new Date(at('2026-05-14T02:30:00Z') + delayOf(on.tenantId)).toISOString();
    expect((await on.there.slots(on.tenantId)).at(-1)?.note).toContain(`Caught up: it was due at ${due}`);
  });

  it('should not be caught up when it came due before the schedule was set', async () => {
    await on.there.set(on.tenantId, { integrator: { ...(await on.settings()), since: '2026-05-10T09:00:00Z' } });
    await on.process.tick(at('2026-05-10T09:01:00Z'));
    expect([await on.days(), await on.there.slots(on.tenantId)]).toEqual([[], []]);
    await on.process.tick(NIGHT + DAY);
    expect(await on.days()).toEqual(['2026-05-11']);
  });

  it('should not be caught up when it came due before the tenant was there', async () => {
    const { since: _, ...integrator } = await on.settings();
    await on.there.set(on.tenantId, { integrator, createdAt: new Date('2026-05-10T09:00:00Z') });
    await on.process.tick(at('2026-05-10T09:01:00Z'));
    expect(await on.days()).toEqual([]);
    await on.process.tick(NIGHT + DAY);
    expect(await on.days()).toEqual(['2026-05-11']);
  });
});

describe('a tenant that is left alone', () => {
  it.each<[string, Parameters<Stage['set']>[1], string]>([
    ['paused', { pausedAt: LONG_AGO, pausedWhy: 'Halo is being moved.' }, 'paused: Halo is being moved.'],
    ['untested', { status: 'untested', verifiedAt: null }, 'Verify it.'],
    ['never seen to work', { status: 'failing', verifiedAt: null }, 'Verify it.'],
    ['switched off', { enabled: false }, 'is switched off'],
  ])('should be said to be when it is %s', async (_what, changes, note) => {
    await on.there.set(on.tenantId, changes);
    expect(await on.process.tick(NIGHT)).toEqual({ started: 0, waiting: 0, left_alone: 1, failed: 0 });
    expect(await on.there.slots(on.tenantId)).toMatchObject([
      { slot: '2026-05-10', state: 'left_alone', importId: null, note: expect.stringContaining(note) },
    ]);
    expect(await on.there.imports(on.tenantId)).toEqual([]);
    // Once it is not any more, the next day is its first.
    await on.there.set(on.tenantId, { pausedAt: null, pausedWhy: null, status: 'ok', verifiedAt: LONG_AGO, enabled: true });
    await on.process.tick(NIGHT + 3_600_000);
    expect(await on.days()).toEqual([]);
    await on.process.tick(NIGHT + DAY);
    expect(await on.days()).toEqual(['2026-05-11']);
  });

  it('should be said to be when its PSA instance is switched off', async () => {
    await on.there.switchOff(on.psaInstanceId);
    await on.process.tick(NIGHT);
    expect(await on.there.slots(on.tenantId)).toMatchObject([{ state: 'left_alone', note: expect.stringContaining('PSA instance') }]);
    expect(await on.there.imports(on.tenantId)).toEqual([]);
  });

  it('should be said to be when neither customers nor subscriptions are chosen', async () => {
    await on.there.set(on.tenantId, { integrator: { ...(await on.settings()), customers: false, subscriptions: false } });
    await on.process.tick(NIGHT);
    expect(await on.there.slots(on.tenantId)).toMatchObject([{ state: 'left_alone', note: expect.stringContaining('chosen') }]);
    expect(await on.there.imports(on.tenantId)).toEqual([]);
  });

  it('should have no slots at all when it is archived or its integrator is off', async () => {
    await on.there.addTenant(on.psaInstanceId, {}, { archivedAt: LONG_AGO });
    await on.there.set(on.tenantId, { integrator: { ...(await on.settings()), enabled: false } });
    expect(await on.process.tick(NIGHT)).toEqual({ started: 0, waiting: 0, left_alone: 0, failed: 0 });
    expect(await on.there.dataSource.query('SELECT 1 FROM integrator_slots')).toEqual([]);
  });
});

const startOther = async (): Promise<string> => {
  const { psaInstanceId, tenantId } = on;
  const other = { psaInstanceId, tenantId, entities: ['customers' as const], trigger: 'manual' as const, requestedBy: 'test' };
  return (await on.there.dataSource.manager.save(Import, { ...other, counts: noCounts(), state: 'running' as const } as Import)).id;
};

describe('a slot that comes due while another import waits or runs', () => {
  it('should wait, and start once when that one is over', async () => {
    const other = await startOther();
    expect(await on.process.tick(NIGHT)).toMatchObject({ started: 0, waiting: 1 });
    expect(await on.there.slots(on.tenantId)).toMatchObject([
      { state: 'waiting', importId: null, note: expect.stringContaining('under way') },
    ]);
    await on.process.tick(NIGHT + 30_000);
    expect((await on.there.imports(on.tenantId)).map(({ id }) => id)).toEqual([other]);
    await on.there.end(on.tenantId);

    const processes = await Promise.all([1, 2, 3, 4].map(() => on.there.process()));
    const ticks = await Promise.all([...processes, ...processes].map((one) => one.tick(NIGHT + 60_000)));
    expect(ticks.map(({ started }) => started).filter((started) => started > 0)).toEqual([1]);
    expect(ticks.every(({ failed }) => failed === 0)).toBe(true);
    await Promise.all(processes.map((one) => one.close()));
    const [, following, ...more] = await on.there.imports(on.tenantId);
    expect(more).toEqual([]);
    expect(following).toMatchObject({ trigger: 'integrator', slot: '2026-05-10', state: 'queued' });
    expect(await on.there.jobs(following!.id)).toBe(1);
    expect(await on.there.slots(on.tenantId)).toMatchObject([{ state: 'started', importId: following!.id }]);
  });

  it('should give way to the next day, if it waits until then', async () => {
    await startOther();
    await on.process.tick(NIGHT);
    await on.process.tick(NIGHT + DAY);
    await on.there.end(on.tenantId);
    await on.process.tick(NIGHT + DAY + 30_000);
    await on.there.end(on.tenantId);
    await on.process.tick(NIGHT + DAY + 60_000);
    expect((await on.there.slots(on.tenantId)).map(({ slot, state }) => [slot, state])).toEqual([
      ['2026-05-10', 'left_alone'],
      ['2026-05-11', 'started'],
    ]);
    expect((await on.days()).slice(1)).toEqual(['2026-05-11']);
  });

  it.each<[string, Parameters<Stage['set']>[1]]>([
    ['paused', { pausedAt: LONG_AGO, pausedWhy: 'why' }],
    ['archived', { archivedAt: LONG_AGO }],
  ])('should be left alone when the tenant is %s meanwhile', async (_what, changes) => {
    await startOther();
    await on.process.tick(NIGHT);
    await on.there.set(on.tenantId, changes);
    await on.there.end(on.tenantId);
    await on.process.tick(NIGHT + 30_000);
    expect(await on.there.slots(on.tenantId)).toMatchObject([{ state: 'left_alone', note: expect.stringMatching(/paused|archived/) }]);
    expect(await on.there.imports(on.tenantId)).toHaveLength(1);
  });
});
