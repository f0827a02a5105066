/** A record that could not be understood: set aside with a reason, never read as "not there". */
export interface Malformed {
  /** The vendor's id, where at least that could be read. */
  id?: string;
  reason: string;
}

/** What one walk over a whole list showed. */
export interface Look<T> {
  rows: T[];
  /**
   * Whether the list is known to be whole: distinct ids equal a total that stayed the same from first page to last.
   * Absence from a look that is not complete means nothing.
   */
  complete: boolean;
  /** Rows set aside as unreadable. Their ids count as present. */
  malformed: Malformed[];
  /** Rows that did not belong to what was asked for, dropped. */
  dropped: number;
}

/** Takes rows of a list as they come, in the order they came. A row that comes again under the same id is a newer word on it. */
export type Take<T> = (rows: T[]) => Promise<void>;

/** What a walk over a whole list showed, when its rows were handed on as they came: their ids in place of them. */
export interface Walk extends Omit<Look<unknown>, 'rows'> {
  /** Of the rows that count. Rows of other ids may have been handed on, too, by a walk that was given up: they count as not seen. */
  ids: ReadonlySet<string>;
}

/** A look that keeps all of its rows. */
export async function collected<T>(idOf: (row: T) => string, walk: (take: Take<T>) => Promise<Walk>): Promise<Look<T>> {
  const rows = new Map<string, T>();
  const { ids, ...look } = await walk((page) => {
    for (const row of page) rows.set(idOf(row), row);
    return Promise.resolve();
  });
  return { rows: [...ids].map((id) => rows.get(id)!), ...look };
}
