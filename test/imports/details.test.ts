import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { begin, haltCall } from './halted.js';
import { addClient, addCustomer, addSubscription, EMPTY, licenceOf, product } from './people.js';
import { rowsWritten } from './rows-written.js';
import { reasons, stage, type Stage } from './stage.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('Which details an import reads', () => {
  let on: Stage;
  let customerId: string;
  let otherId: string;
  let ids: string[];
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    for (const name of ['Contoso', 'Fabrikam']) await addClient(on, name);
    [customerId, otherId] = [addCustomer(on, 'Contoso'), addCustomer(on, 'Fabrikam')];
    ids = [
      addSubscription(on, customerId, [product('A')]),
      addSubscription(on, customerId, [product('B')]),
      addSubscription(on, otherId, [product('C')]),
    ];
    await on.run();
  });
  afterAll(() => on.close());

  const pass = (ms: number): void => on.sandbox.kernel.clock.advance(ms);

  /** The subscriptions that the next import reads by their ids. */
  async function read(options: { customerId?: string; preview?: boolean } = {}): Promise<string[]> {
    on.sandbox.kernel.calls.clear();
    await on.run(options);
    return on.sandbox.kernel.calls
      .all()
      .flatMap((call) => /^\/subscriptions\/(\d+)$/.exec(call.path)?.[1] ?? [])
      .toSorted();
  }

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

  it('those of a customer of whom an order was created since, for a seat change does not touch the list row', async () => {
    pass(HOUR);
    on.sandbox.marketplace.world.changeSubscription(ids[0]!, {}, { quantity: 9 });
    pass(HOUR);
    expect(await read()).toEqual([ids[0], ids[1]].toSorted());
    expect(licenceOf(on, ids[0]!)['count']).toBe(9);
    pass(HOUR);
    expect(await read()).toEqual([]);
  });

  it('those of a customer whose order became visible only after its details, and younger orders, had been read', async () => {
    pass(HOUR);
    const { world } = on.sandbox.marketplace;
    for (const id of ids) world.changeSubscription(id, { renewalStatus: false });
    const late = new Date(on.sandbox.kernel.clock.now() - 5 * 60_000).toISOString();
    world.addOrder({ customerId: otherId });
    expect(await read()).toEqual([...ids].toSorted());
    world.changeSubscription(ids[0]!, {}, { quantity: 9, silent: true });
    world.addOrder({ customerId, creationDate: late });
    expect(await read()).toEqual(expect.arrayContaining([ids[0], ids[1]]));
    expect(licenceOf(on, ids[0]!)['count']).toBe(9);
  });

  it('those of a customer whose order was open, once it is final, however late', async () => {
    pass(HOUR);
    const order = on.sandbox.marketplace.world.addOrder({ customerId: otherId, status: 'processing', statusCode: 'AS' });
    pass(HOUR);
    expect(await read()).toEqual([ids[2]]);
    pass(HOUR);
    expect(await read()).toEqual([]);
    for (let at = 0; at < 30; at += 1) on.sandbox.marketplace.world.addOrder({ customerId: '4711' });
    pass(HOUR);
    expect(await read()).toEqual([]);
    const open = (): Promise<unknown> => on.database.dataSource.query('SELECT order_id FROM open_orders');
    expect(await open()).toEqual([{ order_id: order.id }]);
    // Months later its change is carried out: only the remembered order tells.
    Object.assign(order, { status: 'completed', statusCode: 'CP' });
    on.sandbox.marketplace.world.changeSubscription(ids[2]!, {}, { quantity: 3, silent: true });
    expect(await read()).toEqual([ids[2]]);
    expect(licenceOf(on, ids[2]!)['count']).toBe(3);
    expect(await open()).toEqual([]);
    expect(await read()).toEqual([]);
  });

  describe('those for which an order was forgotten before they could be read: they are remembered', () => {
    beforeEach(async () => {
      pass(HOUR);
      on.sandbox.marketplace.world.changeSubscription(ids[0]!, {}, { quantity: 9 });
      pass(HOUR);
    });
    /** Imports until the order is one of many. */
    const forget = async (): Promise<void> => {
      for (let at = 0; at < 2; at += 1) {
        await on.run();
        on.sandbox.marketplace.world.addOrder({ customerId: '4711' });
        pass(HOUR);
      }
    };

    it('where nobody could understand the record', async () => {
      on.sandbox.kernel.faults.add({
        vendor: 'marketplace',
        path: `^/subscriptions/${ids[0]}$`,
        times: 0,
        status: 200,
        body: { id: ids[0]!, customerId, status: 'active', products: 'none' },
      });
      await forget();
      expect(reasons(await on.run())).toEqual(['invalid']);
      on.sandbox.kernel.faults.clear();
      expect(await read()).toEqual([ids[0]]);
      expect(licenceOf(on, ids[0]!)['count']).toBe(9);
      expect(await read()).toEqual([]);
    });

    it('where its customer was to be ignored', async () => {
      const { clientId } = (await on.mappings()).find((mapping) => mapping.customerId === customerId)!;
      await on.map(customerId, { state: 'ignored' });
      await forget();
      await on.map(customerId, { clientId });
      expect(await read()).toEqual([ids[0], ids[1]].toSorted());
      expect(licenceOf(on, ids[0]!)['count']).toBe(9);
    });
  });

  it('those of a customer whose order was made and carried out since the last look, though one was read between the two', async () => {
    const { world } = on.sandbox.marketplace;
    world.addOrder({ customerId: '4711' });
    await on.run();
    pass(HOUR);
    world.changeSubscription(ids[2]!, { renewalStatus: false });
    const halt = haltCall(on.sandbox, 'arrived', (call) => call.path === `/subscriptions/${ids[2]}`);
    const ran = begin(on.deps, await on.queue());
    await halt.reached;
    // Orders were looked at already.
    const order = world.addOrder({ customerId: otherId, status: 'processing', statusCode: 'AS' });
    pass(HOUR / 2);
    halt.letGo();
    await ran;
    world.changeSubscription(ids[2]!, {}, { quantity: 9, silent: true });
    Object.assign(order, { status: 'completed', statusCode: 'CP' });
    pass(HOUR);
    expect(await read()).toEqual([ids[2]]);
    expect(licenceOf(on, ids[2]!)['count']).toBe(9);
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

  it('are found again when an import failed before it had read them', async () => {
    pass(HOUR);
    on.sandbox.marketplace.world.changeSubscription(ids[0]!, {}, { quantity: 9 });
    pass(HOUR);
    on.sandbox.kernel.faults.add({
      vendor: 'marketplace',
      path: `^/subscriptions/${ids[0]}$`,
      times: 0,
      status: 500,
      body: { status: 500, message: 'x', path: '', timeStamp: '', correlationId: '' },
    });
    await on.run();
    on.sandbox.kernel.faults.clear();
    pass(HOUR);
    expect(await read()).toContain(ids[0]);
    expect(licenceOf(on, ids[0]!)['count']).toBe(9);
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

  it('all, and it says so, where the account may not see orders', async () => {
    on.sandbox.kernel.faults.add({
      vendor: 'marketplace',
      path: '^/orders',
      times: 0,
      status: 403,
      body: { status: 403, message: 'Forbidden', path: '/orders', timeStamp: '', correlationId: 'x' },
    });
    expect(await read()).toEqual([...ids].toSorted());
    const [row] = (await on.database.dataSource.query('SELECT remarks FROM imports ORDER BY created_at DESC LIMIT 1')) as {
      remarks: string[];
    }[];
    expect(row!.remarks).toEqual(['The account may not read orders, so every subscription was read again.']);
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
