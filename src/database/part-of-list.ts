/** A part of a list, and from which end it is read. */
export interface Part {
  offset: number;
  limit: number;
  /** In the opposite order, so that `offset` counts from the list's end. */
  backwards: boolean;
}

/** A list in the database. First it is found out which rows a part has, by narrow rows or an index alone: going over all before it would read them whole. */
export interface List<Key, Row> {
  /** The same for all parts of it, and for none of another list. */
  name: string;
  /** What tells a state of the list from every other: it is counted once for each. Left out where nothing does. */
  state?: string | undefined;
  count(): Promise<number>;
  /** Which rows a part has, in its order. */
  keys(part: Part): Promise<Key[]>;
  /**
   * Of at most so many rows: which of them a part has, each with how many there are. Given where counting means going through everything, as
   * for a search: what is found rarely is then counted and found by going through it once.
   */
  few?(atMost: number, part: Part): Promise<(Key & { total: number })[]>;
  /** All of some rows, in the order of their keys. */
  rows(keys: Key[]): Promise<Row[]>;
}

/** A part further down may be read from the list's end: Postgres goes over all rows before it. */
const DEEP = 5000;
const FEW = 500;

/** A part of a list, and how many rows the whole list has. */
export async function partOfList<Key, Row>(list: List<Key, Row>, { offset, limit }: Omit<Part, 'backwards'>): Promise<[Row[], number]> {
  const rows = (keys: Key[]): Promise<Row[]> => (keys.length === 0 ? Promise.resolve([]) : list.rows(keys));
  const forwards = { offset, limit, backwards: false };
  if (list.few) {
    const keys = await list.few(FEW + 1, forwards);
    // Without any, there are none, or none as far down the list.
    const found = keys[0]?.total ?? (offset === 0 ? 0 : Infinity);
    if (found <= FEW) return [await rows(keys), found];
  }
  if (offset < DEEP || offset <= lastTotal(list.name) / 2) {
    const [total, part] = await Promise.all([totalOf(list), list.keys(forwards).then(rows)]);
    return [part, total];
  }
  const total = await totalOf(list);
  if (offset >= total) return [[], total];
  const after = Math.max(total - offset - limit, 0);
  const keys = await list.keys({ offset: after, limit: Math.min(limit, total - offset), backwards: true });
  return [await rows(keys.toReversed()), total];
}

interface Counted {
  total: number;
  state: string | undefined;
}

/** As lists were last counted here: also for a guess from which end a part is nearer, as to know it means to count first. */
const lastTotals = new Map<string, Counted>();
const REMEMBERED = 1000;

async function totalOf({ name, state, count }: Pick<List<never, never>, 'name' | 'state' | 'count'>): Promise<number> {
  const last = lastTotals.get(name);
  const total = last && state !== undefined && last.state === state ? last.total : await count();
  noteTotal(name, { total, state });
  return total;
}

function lastTotal(name: string): number {
  return lastTotals.get(name)?.total ?? Infinity;
}

function noteTotal(name: string, counted: Counted): void {
  lastTotals.delete(name);
  lastTotals.set(name, counted);
  const [oldest] = lastTotals.keys();
  if (lastTotals.size > REMEMBERED && oldest !== undefined) lastTotals.delete(oldest);
}
