import { beforeEach, describe, expect, it } from '@jest/globals';
import { begin, haltCall } from './halted.js';
import { licenceOf } from './people.js';
import { HOUR, Reading } from './reading.js';
import { reasons, type Stage } from './stage.js';

describe('Which details an import reads because of orders', () => {
  const reading = new Reading();
  let on: Stage;
  let customerId: string;
  let otherId: string;
  let ids: string[];
  beforeEach(() => {
    ({ on, customerId, otherId, ids } = reading);
  });
  /** As if nothing of the marketplace had been read yet. */
  const forgetReadings = async (): Promise<void> => {
    const { dataSource } = on.database;
    await dataSource.query(`UPDATE subscriptions SET read_at = NULL, detail = NULL, detail_row = NULL`);
    await dataSource.query(`UPDATE tenants SET orders_read_until = NULL`);
    await dataSource.query(`DELETE FROM open_orders`);
  };
  /** This one is answered once the others have been asked for, whichever an import asks for first. */
  const answerLast = (id: string): void => {
    const others = new Set(ids.filter((other) => other !== id).map((other) => `/subscriptions/${other}`));
    const asked = Promise.withResolvers<void>();
    on.sandbox.kernel.watch = {
      arrived({ path }) {
        if (others.delete(path) && others.size === 0) asked.resolve();
        return path === `/subscriptions/${id}` ? asked.promise : undefined;
      },
    };
  };
  const pass = (ms: number): void => reading.pass(ms);
  const read = (options?: { customerId?: string; preview?: boolean }): Promise<string[]> => reading.read(options);

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

  it('those for which an order was carried out since the first look at orders, though they had been read, when that import failed', async () => {
    const { world } = on.sandbox.marketplace;
    await forgetReadings();
    const open = world.addOrder({ customerId, status: 'processing', statusCode: 'AS' });
    pass(HOUR);
    on.sandbox.kernel.faults.add({ vendor: 'marketplace', path: `^/subscriptions/${ids[2]}$`, times: 0, status: 500, body: {} });
    answerLast(ids[2]!);
    expect(await read()).toEqual(expect.arrayContaining([ids[0], ids[1]]));
    world.changeSubscription(ids[0]!, {}, { quantity: 9, silent: true });
    Object.assign(open, { status: 'completed', statusCode: 'CP' });
    on.sandbox.kernel.faults.clear();
    pass(HOUR);
    expect(await read()).toEqual([...ids].toSorted());
    expect(licenceOf(on, ids[0]!)['count']).toBe(9);
    expect(await read()).toEqual([]);
  });
});
