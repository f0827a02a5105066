/** A part of a list, and from which end it is read. */
export interface Part {
  offset: number;
  limit: number;
  /** In the opposite order, so that `offset` counts from the list's end. */
  backwards: boolean;
}

/** A list in the database. First it is found out which rows a part has, by narrow rows or an index alone: going over all before it would read them whole. */
export interface List<Key, Row> {
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

/** From here on it pays to count first, and then to begin at the nearer end: Postgres goes over all rows before a part. */
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
  if (offset < DEEP) {
    const [total, part] = await Promise.all([list.count(), list.keys(forwards).then(rows)]);
    return [part, total];
  }
  const total = await list.count();
  const after = total - offset - limit;
  if (offset >= total) return [[], total];
  if (after >= offset) return [await list.keys(forwards).then(rows), total];
  const keys = await list.keys({ offset: Math.max(after, 0), limit: Math.min(limit, total - offset), backwards: true });
  return [await rows(keys.toReversed()), total];
}
