import { createHash } from 'node:crypto';
import type { ShownPage } from '../../../entities/index.js';
import type { KnownPages, Take } from '../../domain/index.js';
import { digestOf, type Shown } from './shown.js';

/** What a page held: a digest of its records' digests, and their ids, both in the page's order. */
export interface Held {
  print: string;
  /** With spaces between them. */
  ids: string;
}

/** A page of a look whose records were handed on. */
export interface TakenPage<T> {
  name: string;
  rows: readonly T[];
}

const printOf = (digests: readonly string[]): string => digestOf(digests.join(' '));

/**
 * The pages of one list of a tenant, by their texts: what they held when they were read. That is so for ever, for the same Isthmus, but it counts
 * only where all of their records stand as the page shows them: whoever wrote to them meanwhile need not know of pages.
 */
export class Pages implements KnownPages {
  /** How many records were on pages that came as they were known. */
  again = 0;
  readonly #now = new Map<string, Held>();

  /**
   * @param basis what records depend on beside what the vendor shows.
   * @param known what is known of pages all of whose records stand.
   * @param were the names of all that were kept.
   */
  constructor(
    private readonly of: Shown<never>,
    private readonly basis: string,
    private readonly known: ReadonlyMap<string, Held>,
    private readonly were: readonly string[],
  ) {}

  nameOf(before: string, after: string): string {
    return createHash('sha256').update(`${this.basis} `).update(before).update(after).digest('base64url');
  }

  /** Should the records have gone since they were loaded, the look finds it out at its end. */
  idsOf(page: string): readonly string[] | undefined {
    return this.known.get(page)?.ids.split(' ');
  }

  /** Takes what was read, and notes which pages came as they were known. */
  hearing<T>(take: Take<T>): Take<T> {
    return async (rows, page) => {
      const held = page === undefined || rows.length > 0 ? undefined : this.known.get(page);
      if (!held) return take(rows, page);
      this.#now.set(page!, held);
      this.again += held.ids.split(' ').length;
    };
  }

  /** Notes what pages held. `digests` are those of their records; one that lacks, because a later page says something else of it, makes it no page to know. */
  note<T>(pages: readonly TakenPage<T>[], digests: ReadonlyMap<T, string>): void {
    for (const { name, rows } of pages) {
      const found = rows.flatMap((row) => digests.get(row) ?? []);
      if (found.length !== rows.length) continue;
      this.#now.set(name, { print: printOf(found), ids: rows.map((row) => this.of.idOf(row as never)).join(' ') });
    }
  }

  /** The pages of the walk, as they are kept; undefined where they are what is kept. */
  toKeep(): ShownPage[] | undefined {
    const now = [...this.#now];
    const same = now.every(([name, { print }], at) => name === this.were[at] && print === this.known.get(name)?.print);
    if (same && now.length === this.were.length) return undefined;
    return now.map(([name, { print, ids }]) => [name, print, ids]);
  }
}
