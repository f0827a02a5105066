import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { END, HeldList, type HeldRows } from '../../src/database/held-list.js';

interface Row {
  text: string;
  kind: string;
  id: string;
  rest: [string, string];
}

const ended = (values: readonly string[]): string => values.map((value) => value + END).join('');

function put(rows: readonly Row[]): HeldRows {
  return {
    rows: rows.length,
    texts: ended(rows.map(({ text }) => text)),
    kinds: ended(rows.map(({ kind }) => kind)),
    ids: ended(rows.map(({ id }) => id)),
    rest: ended(rows.flatMap(({ rest }) => rest)),
  };
}

/** Few letters, so that texts hold each other, more than once and side by side; one that takes two places in UTF-16, and line breaks. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '\n'), maxLength: 6 });
const kind = fc.constantFrom('x 1', 'x 2', 'y 1', 'z');
const row = fc.record({ text, kind, id: fc.string({ unit: fc.constantFrom('1', '2'), maxLength: 3 }), rest: fc.tuple(text, text) });
const pieces = fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 4 });
const letter = (one: string): string => one[0]!;
const compare = (one: string, other: string): number => letter(other).codePointAt(0)! - letter(one).codePointAt(0)!;

const wanted = fc.record(
  {
    search: fc.record({ text: text.filter((one) => one !== ''), id: fc.constantFrom('1', '2', '12', '121') }),
    accepts: fc.constantFrom(
      (one: string) => one.startsWith('x'),
      (one: string) => one.endsWith('1'),
    ),
    order: fc.constant({ name: 'letter', compare }),
    backwards: fc.boolean(),
    offset: fc.nat(12),
    limit: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: ['offset', 'limit'] },
);

describe('a list that is held', () => {
  it('finds what comparing each row finds, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(wanted, { minLength: 1, maxLength: 5 }), async (pieces, asked) => {
        const rows = pieces.flat();
        const held = (await HeldList.of(pieces.map(put), 2))!;
        for (const { search, accepts = () => true, order, backwards = false, ...part } of asked) {
          const chosen = rows.filter(
            (one) => accepts(one.kind) && (search === undefined || one.text.includes(search.text) || one.id === search.id),
          );
          const all = order ? chosen.toSorted((one, other) => compare(one.kind, other.kind)) : backwards ? chosen.toReversed() : chosen;
          const { offset, limit } = part;
          expect(held.part({ ...part, accepts, backwards, ...(search && { search }), ...(order && { order }) })).toEqual({
            total: all.length,
            found: all.slice(offset, offset + limit).map(({ kind, id, rest }) => ({ kind, id, rest })),
          });
        }
      }),
    );
  });

  it('is none when a text holds what ends texts', async () => {
    const good: Row = { text: 'a', kind: 'x 1', id: '1', rest: ['b', 'c'] };
    expect(await HeldList.of([put([good])], 2)).toBeDefined();
    const broken: Row[] = [
      { ...good, text: `a${END}` },
      { ...good, kind: END },
      { ...good, id: `1${END}1` },
      { ...good, rest: ['b', END] },
    ];
    for (const one of broken) expect(await HeldList.of([put([good]), put([one, good])], 2)).toBeUndefined();
  });

  it('is none when rows are of more kinds than can be told apart', async () => {
    const rows = Array.from({ length: 65_537 }, (_, at): Row => ({ text: 'a', kind: `${at}`, id: '1', rest: ['', ''] }));
    expect(await HeldList.of([put(rows)], 2)).toBeUndefined();
    expect((await HeldList.of([put(rows.slice(1))], 2))?.part({ offset: 65_535, limit: 5 }).found).toHaveLength(1);
  });
});
