/** A part of a list, and from which end it is read. */
export interface Part {
  offset: number;
  limit: number;
  /** In the opposite order, so that `offset` counts from the list's end. */
  backwards: boolean;
}

/** A list in the database. What is asked for together is asked at the same time. */
export interface List<T> {
  count(): Promise<number>;
  rows(part: Part): Promise<T[]>;
  /**
   * At most so many of its rows, in its order if that is all of them. Given where counting means going through everything, as for a search:
   * what is found rarely is then counted and at hand after going through it once.
   */
  atMost?(count: number): Promise<T[]>;
}

/** From here on it pays to count first, and then to begin at the nearer end: Postgres goes over all rows before a part. */
const DEEP = 5000;
const FEW = 500;

/** A part of a list, and how many rows the whole list has. */
export async function partOfList<T>(list: List<T>, { offset, limit }: { offset: number; limit: number }): Promise<[T[], number]> {
  const few = await list.atMost?.(FEW + 1);
  if (few && few.length <= FEW) return [few.slice(offset, offset + limit), few.length];
  if (offset < DEEP) {
    const [total, rows] = await Promise.all([list.count(), list.rows({ offset, limit, backwards: false })]);
    return [rows, total];
  }
  const total = await list.count();
  const after = total - offset - limit;
  if (offset >= total) return [[], total];
  if (after >= offset) return [await list.rows({ offset, limit, backwards: false }), total];
  const rows = await list.rows({ offset: Math.max(after, 0), limit: Math.min(limit, total - offset), backwards: true });
  return [rows.toReversed(), total];
}
