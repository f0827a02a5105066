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
