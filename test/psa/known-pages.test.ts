import { describe, expect, it } from '@jest/globals';
import { envelope, list, row, rows } from './client-lists.js';
import { withClient, withHalo, type Reaction, type Received } from './halo.js';

/** What is known of pages, by their texts. */
function pages(known: (text: string) => string[] | undefined) {
  return { nameOf: (before: string, after: string) => before + after, idsOf: (page: string) => known(page) };
}

describe('a list of which pages are known', () => {
  const three = list((page) => envelope(6, rows((page - 1) * 2 + 1, page * 2)));

  /** The ids that a walk says, those of the rows that it hands on, and how it names the pages. */
  async function walked(reaction: (call: Received) => Reaction | undefined, known: (text: string) => string[] | undefined) {
    const read: string[][] = [];
    const names: (string | undefined)[] = [];
    let walk: { ids: string[]; complete: boolean } | undefined;
    let calls = 0;
    await withHalo(reaction, async (halo) => {
      const { ids, complete } = await withClient(halo.url, (client) =>
        client.eachClient((page, name) => {
          read.push(page.map(({ clientId }) => clientId));
          names.push(name);
          return Promise.resolve();
        }, pages(known)),
      );
      walk = { ids: [...ids], complete };
      calls = halo.api().length;
    });
    return { ...walk, read, names, calls };
  }

  it('takes their ids from what is known, and reads the others', async () => {
    const { ids, complete, read, names, calls } = await walked(three, (text) => (text.includes('Client 3') ? ['3', '4'] : undefined));
    expect({ ids, complete, read, calls }).toEqual({
      ids: ['1', '2', '3', '4', '5', '6'],
      complete: true,
      read: [['1', '2'], [], ['5', '6']],
      calls: 3,
    });
    expect(new Set(names).size).toBe(3);
    expect(names).not.toContain(undefined);
  });

  it('names a page by its text, whatever number of records the list holds', async () => {
    const of = (count: number) => list((page) => envelope(count, page === 1 ? rows(1, 2) : []));
    const [first, other] = [await walked(of(2), () => undefined), await walked(of(3), () => undefined)];
    expect(other.names[0]).toBe(first.names[0]);
    expect(other.complete).toBe(false);
  });

  it.each<[string, Reaction]>([
    ['one of its rows cannot be used', envelope(2, [row(1), { name: 'No id' }])],
    ['it does not say how many records there are', envelope(undefined, rows(1, 2))],
    ['it is bare', { body: rows(1, 2) }],
    ['it says the number as text', { body: { record_count: '2', clients: rows(1, 2) } }],
    ['a row says the same number', envelope(2, [row(1), row(2, { record_count: 7 })])],
  ])('names no page when %s', async (_what, answer) => {
    const { names } = await walked(
      list((page) => (page === 1 ? answer : envelope(2, []))),
      () => undefined,
    );
    expect(names.filter((name) => name !== undefined)).toEqual([]);
  });

  it('reads a known page all the same when one of its records came before in the walk', async () => {
    const { read } = await walked(
      list((page) => envelope(3, page === 1 ? rows(1, 2) : rows(2, 3))),
      (text) => (text.includes('Client 3') ? ['2', '3'] : undefined),
    );
    expect(read).toEqual([
      ['1', '2'],
      ['2', '3'],
    ]);
  });

  it('knows none when it has to walk once more', async () => {
    let short = true;
    const { read, complete, ids } = await walked(
      list((page) => {
        if (page === 2 && short) {
          short = false;
          return envelope(4, []);
        }
        return envelope(4, rows((page - 1) * 2 + 1, page * 2));
      }),
      (text) => (text.includes('Client 1') ? ['1', '2'] : undefined),
    );
    expect({ read, complete, ids }).toEqual({
      read: [[], ['1', '2'], ['3', '4']],
      complete: true,
      ids: ['1', '2', '3', '4'],
    });
  });
});
