import { afterEach, describe, expect, it } from '@jest/globals';
import { customers, FakeMarketplace, offset, page, platformError, slice, type Answer } from './fake-marketplace.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

/** A server of one list, whatever its path. */
async function serve(answer: Answer): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start((call, nth) => (call.path === '/token' ? undefined : answer(call, nth)));
  return fake;
}

describe('a list', () => {
  it('is read in pages of 500, and is complete when the ids equal a steady total', async () => {
    const rows = customers(1203);
    const server = await serve((call) => slice(call, rows));
    const look = await server.client().customers();
    expect(look).toMatchObject({ complete: true, malformed: [], dropped: 0 });
    expect(look.rows.map((row) => row.customerId)).toEqual(rows.map((row) => row.id));
    expect(server.reads()).toEqual([0, 500, 1000].map((at) => `GET /customers?offset=${at}&limit=500`));
  });

  it('is read on by what came when the page size is lowered silently', async () => {
    const server = await serve((call) => slice(call, customers(25), 10));
    const look = await server.client().customers();
    expect(look.complete).toBe(true);
    expect(look.rows).toHaveLength(25);
    expect(server.reads()).toHaveLength(3);
  });

  it('is read in pages of 100 once 500 are refused', async () => {
    const server = await serve((call) =>
      Number(call.query.get('limit')) > 100 ? platformError(400, 'limit must not exceed 100') : slice(call, customers(150)),
    );
    const client = server.client();
    expect(await client.customers()).toMatchObject({ complete: true, rows: { length: 150 } });
    await client.customers();
    expect(server.reads().filter((read) => read.endsWith('limit=500'))).toHaveLength(1);
  });

  it('that refuses every page size fails', async () => {
    const server = await serve(() => platformError(400, 'status is unknown'));
    await expect(server.client().customers()).rejects.toMatchObject({ kind: 'refused', status: 400, retryable: false });
    expect(server.reads()).toHaveLength(2);
  });

  it('that is empty is complete and empty', async () => {
    const server = await serve(() => page([]));
    expect(await server.client().customers()).toEqual({ rows: [], complete: true, malformed: [], dropped: 0 });
    expect(server.reads()).toHaveLength(1);
  });

  it('that leaves empty arrays out is empty only if its total says so', async () => {
    const server = await serve(() => ({ body: { pagination: { offset: 0, limit: 500, total: 0 } } }));
    expect(await server.client().customers()).toMatchObject({ rows: [], complete: true });
    await server.close();
    const other = await serve(() => ({ body: { pagination: { offset: 0, limit: 500, total: 3 } } }));
    await expect(other.client().customers()).rejects.toMatchObject({ kind: 'bad_answer' });
  });

  it('that changes while it is read is walked again', async () => {
    const rows = customers(900, 100);
    let changed = false;
    const server = await serve((call) => {
      if (offset(call) > 0 && !changed) {
        changed = true;
        rows.unshift(...customers(1, 5000));
      }
      return slice(call, rows);
    });
    const look = await server.client().customers();
    expect(look.complete).toBe(true);
    expect(look.rows).toHaveLength(901);
    expect(server.reads()).toHaveLength(4);
  });

  it('that hides a row behind a steady total is not complete', async () => {
    // One row leaves and one comes during each walk, so that the total never tells.
    const server = await serve((call) => {
      const rows = customers(900);
      if (offset(call) > 0) rows.splice(0, 1);
      return { body: { data: rows.slice(offset(call), offset(call) + 500), pagination: { total: 900 } } };
    });
    const look = await server.client().customers();
    expect(look.complete).toBe(false);
    expect(look.rows).toHaveLength(899);
  });

  it('that changes during every walk is returned as incomplete, by the walk that saw the most, after three', async () => {
    let walk = 0;
    const server = await serve((call) => {
      if (offset(call) === 0) walk += 1;
      const rows = customers([600, 700, 650][walk - 1] ?? 0);
      return { body: { data: rows.slice(offset(call), offset(call) + 500), pagination: { total: 800 } } };
    });
    const look = await server.client().customers();
    expect(look.complete).toBe(false);
    expect(look.rows).toHaveLength(700);
    expect(walk).toBe(3);
  });

  it('without a total is read until an empty page, and never proven complete', async () => {
    const rows = customers(700);
    const server = await serve((call) => ({ body: { data: rows.slice(offset(call), offset(call) + 500) } }));
    expect(await server.client().customers()).toMatchObject({ complete: false, rows: { length: 700 } });
    expect(server.reads()).toHaveLength(3);
  });

  it('that answers the same page for every offset comes to an end', async () => {
    const server = await serve(() => ({ body: { data: customers(10) } }));
    expect(await server.client().customers()).toMatchObject({ complete: false, rows: { length: 10 } });
  });

  it('shows each record once, as it was last seen', async () => {
    const server = await serve((call) => {
      const rows = [...customers(3), { id: '2', name: 'Customer 2', status: 'cancelled' }];
      return { body: { data: offset(call) === 0 ? rows : [], pagination: { total: 3 } } };
    });
    const look = await server.client().customers();
    expect(look.complete).toBe(true);
    expect(look.rows.map((row) => [row.customerId, row.status])).toEqual([
      ['1', 'active'],
      ['2', 'cancelled'],
      ['3', 'active'],
    ]);
  });
});

describe('rows', () => {
  it('that cannot be understood are set aside with a reason, and count as present', async () => {
    const rows: unknown[] = [...customers(2), { id: '8' }, { id: '9', name: { text: 'x' } }];
    const server = await serve((call) => slice(call, rows));
    const look = await server.client().customers();
    expect(look.complete).toBe(true);
    expect(look.rows).toHaveLength(2);
    expect(look.malformed).toEqual([
      { id: '8', reason: 'The customer has no name.' },
      { id: '9', reason: 'The customer has no name.' },
    ]);
  });

  it('without an id leave the look incomplete', async () => {
    const rows: unknown[] = [...customers(2), { name: 'nobody' }, null, 'text', { id: ['1'], name: 'x' }];
    const server = await serve((call) => slice(call, rows));
    const look = await server.client().customers();
    expect(look.complete).toBe(false);
    expect(look.malformed).toHaveLength(4);
    expect(look.rows).toHaveLength(2);
  });

  it('of another customer than asked for are dropped and counted', async () => {
    const rows = [
      { id: '1', customerId: '7', status: 'active' },
      { id: '2', customerId: '8', status: 'active' },
      { id: '3', customerId: 7, status: 'hold' },
      { id: '4', status: 'active' },
    ];
    const server = await serve((call) => slice(call, rows));
    const look = await server.client().subscriptions({ customerId: '7' });
    expect(look.rows.map((row) => row.subscriptionId)).toEqual(['1', '3']);
    expect(look).toMatchObject({ complete: true, dropped: 1, malformed: [{ id: '4', reason: 'The subscription has no customer id.' }] });
    expect(server.reads()).toEqual(['GET /subscriptions?customerId=7&offset=0&limit=500']);
  });

  it('of another reseller are dropped when one is set', async () => {
    const rows = customers(3).map((row, n) => ({ ...row, resellerId: n === 0 ? 'other' : n === 1 ? 'mine' : undefined }));
    const server = await serve((call) => slice(call, rows));
    expect(await server.client({ resellerId: 'mine' }).customers()).toMatchObject({ complete: true, dropped: 1, rows: { length: 2 } });
    expect(await server.client().customers()).toMatchObject({ complete: true, dropped: 0, rows: { length: 3 } });
  });

  it('of all statuses are asked for at once', async () => {
    const server = await serve((call) => slice(call, []));
    await server.client().subscriptions();
    expect(server.reads()).toEqual(['GET /subscriptions?offset=0&limit=500']);
  });
});
