import { afterEach, describe, expect, it } from '@jest/globals';
import {
  FakeMarketplace,
  gatewayError,
  html,
  page,
  platformError,
  slice,
  type Answer,
  type Received,
  type Reply,
} from './fake-marketplace.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

/** A server of one list, whatever its path. */
async function serve(answer: Answer): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start((call, nth) => (call.path === '/token' ? undefined : answer(call, nth)));
  return fake;
}

const customers = (count: number, from = 1): { id: string; name: string; status: string }[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(from + n), name: `Customer ${from + n}`, status: 'active' }));

const offset = (call: Received): number => Number(call.query.get('offset'));

describe('a list of which pages are known', () => {
  /** The ids that a walk says, those of the rows that it hands on, and how it names the pages. */
  async function walked(server: FakeMarketplace, known: (text: string) => string[] | undefined) {
    const read: string[][] = [];
    const names: (string | undefined)[] = [];
    const walk = await server.client().eachCustomer(
      (rows, name) => {
        read.push(rows.map(({ customerId }) => customerId));
        names.push(name);
        return Promise.resolve();
      },
      { nameOf: (before, after) => before + after, idsOf: (page) => known(page) },
    );
    return { ...walk, ids: [...walk.ids], read, names };
  }

  it('takes their ids from what is known, and reads the others', async () => {
    const server = await serve((call) => slice(call, customers(5), 2));
    const { read, names, ...walk } = await walked(server, (text) => (text.includes('Customer 3') ? ['3', '4'] : undefined));
    expect(walk).toEqual({ ids: ['1', '2', '3', '4', '5'], complete: true, malformed: [], dropped: 0 });
    expect(read).toEqual([['1', '2'], [], ['5']]);
    expect(new Set(names).size).toBe(3);
    expect(names).not.toContain(undefined);
  });

  it('names no page of which something is no row, or that says no total', async () => {
    const server = await serve((call) => slice(call, [...customers(1), { name: 'No id' }]));
    expect((await walked(server, () => undefined)).names).toEqual([undefined]);
    await fake?.close();
    const silent = await serve((call) => ({ body: { data: offset(call) === 0 ? customers(2) : [] } }));
    expect((await walked(silent, () => undefined)).names).toEqual([undefined]);
  });

  it('knows none when it has to walk once more', async () => {
    let calls = 0;
    const server = await serve((call) => {
      calls += 1;
      return { body: { data: customers(5).slice(offset(call), offset(call) + 2), pagination: { total: calls === 2 ? 6 : 5 } } };
    });
    const { read } = await walked(server, (text) => (text.includes('Customer 1') ? ['1', '2'] : undefined));
    expect(read[0]).toEqual([]);
    expect(read.slice(1)).toContainEqual(['1', '2']);
  });

  it('reads a known page all the same when one of its records came before in the walk', async () => {
    const server = await serve((call) => ({
      body: { data: offset(call) === 0 ? customers(2) : customers(2, 2), pagination: { total: 3 } },
    }));
    const { read } = await walked(server, (text) => (text.includes('Customer 3') ? ['2', '3'] : undefined));
    expect(read).toContainEqual(['2', '3']);
  });
});

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

describe('a broken answer', () => {
  const broken: [string, Reply][] = [
    ['HTML', html],
    ['nothing', { body: '' }],
    ['half of it', { ...page(customers(3)), cut: true }],
    ['JSON without its end', { body: '{"data":[{"id":"1"' }],
    ['an object without data', { body: {} }],
    ['a bare array', { body: [] }],
    ['null', { body: 'null' }],
    ['data that is no list', { body: { data: {} } }],
    ['an empty page of a list with rows', page([], 12)],
    ['an error in a success', { body: { status: 500, message: 'Oops' } }],
  ];

  it.each(broken)('(%s) is tried again', async (_what, reply) => {
    const server = await serve((call, nth) => (nth < 3 ? reply : slice(call, customers(2))));
    expect(await server.client().customers()).toMatchObject({ complete: true, rows: { length: 2 } });
    expect(server.reads()).toHaveLength(3);
  });

  it.each(broken)('(%s) that stays fails, and never reads as no rows', async (_what, reply) => {
    const server = await serve(() => reply);
    await expect(server.client().customers()).rejects.toMatchObject({
      name: 'UpstreamError',
      kind: 'bad_answer',
      actor: 'vendor',
      status: 200,
    });
    expect(server.reads()).toHaveLength(6);
  });

  it('on a later page fails too', async () => {
    const server = await serve((call) => (offset(call) === 0 ? slice(call, customers(900)) : html));
    await expect(server.client().customers()).rejects.toMatchObject({ kind: 'bad_answer' });
  });

  it('of the server is tried again: gateways up to six times, a 500 up to three', async () => {
    const server = await serve(() => ({ status: 504, body: '<html><title>504 Gateway Time-out</title></html>' }));
    await expect(server.client().customers()).rejects.toMatchObject({
      kind: 'server',
      status: 504,
      detail: expect.stringContaining('504 Gateway'),
    });
    expect(server.reads()).toHaveLength(6);
    await server.close();
    const other = await serve(() => platformError(500, 'Internal'));
    await expect(other.client().customers()).rejects.toMatchObject({ kind: 'server', status: 500, correlationId: 'a8n-body' });
    expect(other.reads()).toHaveLength(3);
  });

  it('in the second known form of errors is read too', async () => {
    const body = { timestamp: 'x', status: 400, error: 'Bad Request here', path: '/customers', correlationId: 'c-2' };
    const server = await serve(() => ({ status: 400, body }));
    await expect(server.client().customers()).rejects.toMatchObject({ detail: 'GET /customers: Bad Request here', correlationId: 'c-2' });
  });

  it('that redirects is not followed', async () => {
    const server = await serve(() => ({ status: 302, headers: { Location: '/marketplace/na/other' } }));
    await expect(server.client().customers()).rejects.toMatchObject({ kind: 'bad_answer', status: 302, actor: 'configuration' });
    expect(server.reads()).toHaveLength(1);
  });
});

describe('a throttle', () => {
  it('is waited out as it asks, in the header or in words, and counted', async () => {
    const server = await serve((call, nth) => {
      if (nth === 1) return { ...gatewayError(429, 'Rate limit is exceeded.'), headers: { 'Retry-After': '20' } };
      if (nth === 2) return gatewayError(429, 'Rate limit is exceeded. Try again in 30 seconds.');
      return slice(call, customers(1));
    });
    const client = server.client();
    const before = server.pace.now();
    expect((await client.customers()).complete).toBe(true);
    const waited = server.pace.now() - before;
    expect(waited).toBeGreaterThanOrEqual(50_000);
    expect(waited).toBeLessThan(60_000);
    expect(client.calls).toEqual({ made: 4, refused: 2 });
  });

  it('of a window that names no time is outlasted by many calls at once', async () => {
    // 30 calls in any 60 seconds, as measured on the live API in kind.
    const passed: number[] = [];
    const server = await serve((call) => {
      const now = server.pace.now();
      if (passed.filter((at) => at > now - 60_000).length >= 30) return gatewayError(429, 'Rate limit is exceeded.');
      passed.push(now);
      return { body: { id: call.path.split('/').pop(), customerId: '7', status: 'active' } };
    });
    const client = server.client({}, { callsPerSecond: 20 });
    const details = await Promise.all(Array.from({ length: 100 }, (_, n) => client.subscription(String(n + 1))));
    expect(details.map((detail) => detail && 'subscriptionId' in detail && detail.subscriptionId)).toEqual(
      Array.from({ length: 100 }, (_, n) => String(n + 1)),
    );
    expect(client.calls.refused).toBeGreaterThan(0);
  });

  it('gates every call by the budget from the start', async () => {
    const server = await serve((call) => ({ body: { id: call.path.split('/').pop(), customerId: '7' } }));
    const client = server.client({}, { callsPerSecond: undefined });
    const before = server.pace.now();
    // 60 at once (one of them the token), then 20 at two a second, and a hundredth of that more for each that passed.
    await Promise.all(Array.from({ length: 79 }, (_, n) => client.subscription(String(n + 1))));
    const took = server.pace.now() - before;
    expect(took).toBeLessThan(10_000);
    expect(took).toBeGreaterThan((20 / (2 + 80 * 0.02)) * 1000);
  });
});

describe('an aborted signal', () => {
  it('ends a wait with its reason', async () => {
    const controller = new AbortController();
    const server = await serve((_call, nth) => {
      if (nth === 2) controller.abort(new Error('cancelled'));
      return { status: 503 };
    });
    await expect(server.client({}, { signal: controller.signal }).customers()).rejects.toThrow('cancelled');
    expect(server.reads().length).toBeLessThanOrEqual(2);
  });
});
