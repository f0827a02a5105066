import { afterEach, describe, expect, it } from '@jest/globals';
import { customers, FakeMarketplace, offset, slice, type Answer } from './fake-marketplace.js';

let fake: FakeMarketplace | undefined;

afterEach(async () => fake?.close());

/** A server of one list, whatever its path. */
async function serve(answer: Answer): Promise<FakeMarketplace> {
  fake = await FakeMarketplace.start((call, nth) => (call.path === '/token' ? undefined : answer(call, nth)));
  return fake;
}

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
