import { beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { addSubscription, licenceOf, product } from './people.js';
import { DAY, HOUR, Reading } from './reading.js';
import { rowsWritten } from './rows-written.js';
import type { Stage } from './stage.js';

describe('Which details an import reads', () => {
  const reading = new Reading();
  let on: Stage;
  let customerId: string;
  let otherId: string;
  let ids: string[];
  beforeEach(() => {
    ({ on, customerId, otherId, ids } = reading);
  });
  const pass = (ms: number): void => reading.pass(ms);
  const read = (options?: { customerId?: string; preview?: boolean }): Promise<string[]> => reading.read(options);

  it('none of what was read a moment ago, and a preview counts as having read', async () => {
    expect(await read()).toEqual([]);
    const fresh = addSubscription(on, customerId, [product('D')]);
    expect(await read({ preview: true })).toEqual([fresh]);
    expect(await read()).toEqual([]);
  });

  it('one that is new', async () => {
    const fresh = addSubscription(on, customerId, [product('D')]);
    expect(await read()).toEqual([fresh]);
  });

  it.each<[string, object]>([
    ['its auto-renewal', { renewalStatus: false }],
    ['its dates', { expirationDate: '2029-01-01' }],
    ['its name', { name: 'Renamed' }],
    ['its status', { status: 'hold' }],
    ['its day of modification', { lastModifiedDate: '2026-11-19' }],
    ['its term', { subscriptionPeriod: { type: 'year', duration: 3 } }],
  ])('one whose list row changed in %s, once', async (_what, patch) => {
    on.sandbox.marketplace.world.changeSubscription(ids[1]!, patch);
    expect(await read()).toEqual([ids[1]]);
    expect(await read()).toEqual([]);
  });

  it('all that a process read whose clock was far ahead, as if that had been long ago', async () => {
    on.sandbox.marketplace.world.changeSubscription(ids[0]!, { renewalStatus: false });
    await runImport({ ...on.deps, now: () => on.deps.now() + 30 * DAY }, await on.queue(), new AbortController().signal);
    pass(HOUR);
    on.sandbox.marketplace.world.changeSubscription(ids[0]!, {}, { quantity: 9, silent: true });
    expect(await read()).toContain(ids[0]);
    expect(licenceOf(on, ids[0]!)['count']).toBe(9);
    expect(await read()).toEqual([]);
  });

  it('all that were read more than a day ago', async () => {
    pass(DAY - 5 * HOUR);
    expect(await read()).toEqual([]);
    on.sandbox.marketplace.world.changeSubscription(ids[2]!, {}, { quantity: 3, silent: true });
    pass(6 * HOUR);
    expect(await read()).toEqual([...ids].toSorted());
    expect(licenceOf(on, ids[2]!)['count']).toBe(3);
    expect(await read()).toEqual([]);
  });

  it('all at the same time every day, though yesterday’s were read up to an hour later and clocks may move by one', async () => {
    pass(HOUR);
    await read({ customerId });
    pass(DAY - 2 * HOUR);
    expect(await read()).toEqual([...ids].toSorted());
  });

  it('all that this import has not read yet, where everything was asked for', async () => {
    const now = new Date(on.sandbox.kernel.clock.now());
    pass(HOUR);
    on.sandbox.kernel.faults.add({ vendor: 'marketplace', path: `^/subscriptions/${ids[1]}$`, status: 403, times: 0 });
    const id = await on.queue();
    await on.database.dataSource.query('UPDATE imports SET read_since = $2 WHERE id = $1', [id, new Date(now.getTime() + HOUR)]);
    on.sandbox.kernel.calls.clear();
    await runImport(on.deps, id, new AbortController().signal);
    expect((await on.result(id)).row.state).toBe('failed');
    on.sandbox.kernel.faults.clear();
    // As if its process had died then.
    await on.database.dataSource.query(`UPDATE imports SET state = 'running', error = NULL, finished_at = NULL WHERE id = $1`, [id]);
    await on.forgetWorker(id);
    on.sandbox.kernel.calls.clear();
    await runImport(on.deps, id, new AbortController().signal);
    expect((await on.result(id)).row.state).toBe('succeeded');
    expect(
      on.sandbox.kernel.calls
        .all()
        .filter((call) => /^\/subscriptions\/\d+$/.test(call.path))
        .map(({ path }) => path),
    ).toContain(`/subscriptions/${ids[1]}`);
    expect(on.sandbox.kernel.calls.all().filter((call) => /^\/subscriptions\/\d+$/.test(call.path)).length).toBeLessThan(ids.length);
    expect(await read()).toEqual([]);
  });

  it('those of one customer always, in an import for that one; and no orders', async () => {
    expect(await read({ customerId })).toEqual([ids[0], ids[1]].toSorted());
    expect(on.sandbox.kernel.calls.all().filter((call) => call.path.startsWith('/orders'))).toEqual([]);
    expect(await read({ customerId })).toEqual([ids[0], ids[1]].toSorted());
  });

  it('none of ended, pending and ignored ones', async () => {
    on.sandbox.marketplace.world.changeSubscription(ids[0]!, { status: 'removed' });
    on.sandbox.marketplace.world.changeSubscription(ids[1]!, { status: 'pending' });
    await on.map(otherId, { state: 'ignored' });
    pass(2 * DAY);
    expect(await read()).toEqual([]);
  });

  it('takes as few calls as there is to do: a run in which nothing changed', async () => {
    on.sandbox.kernel.calls.clear();
    await on.run();
    const calls = on.sandbox.kernel.calls.all().map((call) => `${call.vendor} ${call.method} ${call.path.replace(/\?.*/, '')}`);
    expect(calls.toSorted()).toEqual([
      'marketplace GET /customers',
      'marketplace GET /orders',
      'marketplace GET /subscriptions',
      'marketplace POST /token',
      'psa GET /api/Client',
      'psa GET /api/SoftwareLicence',
      'psa POST /auth/token',
    ]);
  });

  it('touches no row of the database but its own in a run in which nothing changed, and one line once of what is settled and of pages', async () => {
    let state: string | undefined;
    const write = (): Promise<Record<string, number>> =>
      rowsWritten(on.database.dataSource, async () => (state = (await on.run()).row.state));
    expect(await write()).toEqual({ imports: expect.any(Number), settled_plans: 1, shown_pages: 1 });
    expect(state).toBe('succeeded');
    expect(Object.keys(await write())).toEqual(['imports']);
  });

  it('touches one row for each detail that it read again and found as it was', async () => {
    pass(DAY);
    const written = await rowsWritten(on.database.dataSource, () => on.run());
    expect(written).toMatchObject({ subscriptions: ids.length });
    for (const table of ['subscription_lines', 'listed_lines', 'subscription_history']) expect(written).not.toHaveProperty(table);
  });
});
