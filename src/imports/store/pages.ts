import type { KnownPages, Take } from '../../domain/index.js';
import { version } from '../../version.js';
import { jsonParameter, type Queryable } from './query.js';
import { digestOf, type Shown, type Transaction } from './shown.js';

/** What a page held: a digest of its records' digests, and their ids, both in the page's order. */
interface Held {
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

  private constructor(
    private readonly of: Shown<never>,
    private readonly tenantId: string,
    private readonly basis: string,
    /** Whose records stand. */
    private readonly known: ReadonlyMap<string, Held>,
    /** The names of all that were kept. */
    private readonly were: readonly string[],
  ) {}

  /** @param restsOn what records depend on beside what the vendor shows. */
  static async load(db: Queryable, of: Shown<never>, tenantId: string, restsOn: unknown): Promise<Pages> {
    const shown = of.remembers ? 'AND standing.listed AND standing.gone_at IS NULL' : '';
    const rows = (await db.query(
      `WITH pages AS MATERIALIZED (
         SELECT page.at, page.held->>0 AS name, page.held->>1 AS print, page.held->>2 AS ids
         FROM shown_pages, jsonb_array_elements(shown_pages.${of.table}) WITH ORDINALITY AS page (held, at) WHERE tenant_id = $1
       ), records AS MATERIALIZED (
         SELECT pages.at, record.place, record.id FROM pages, string_to_table(ids, ' ') WITH ORDINALITY AS record (id, place)
       ), standing AS (
         SELECT records.at, translate(encode(sha256(convert_to(string_agg(standing.digest, ' ' ORDER BY place), 'UTF8')), 'base64'), '+/=', '-_') AS print
         FROM records JOIN ${of.table} AS standing ON standing.tenant_id = $1 AND standing.${of.id} = records.id ${shown} GROUP BY records.at
       )
       SELECT name, CASE WHEN pages.print = standing.print THEN pages.print END AS print, CASE WHEN pages.print = standing.print THEN ids END AS ids
       FROM pages LEFT JOIN standing USING (at) ORDER BY at`,
      [tenantId],
    )) as { name: string; print: string | null; ids: string | null }[];
    const known = new Map(
      rows.flatMap(({ name, print, ids }) => (print === null || ids === null ? [] : [[name, { print, ids }] as const])),
    );
    const basis = digestOf(JSON.stringify([version, of.under ?? null, restsOn]));
    return new Pages(
      of,
      tenantId,
      basis,
      known,
      rows.map(({ name }) => name),
    );
  }

  nameOf(text: string): string {
    return digestOf(`${this.basis} ${text}`);
  }

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

  /** Keeps the pages of a look that came to its end. Where they are what is kept, nothing is written. */
  async keep(write: Transaction): Promise<void> {
    const now = [...this.#now];
    const same = now.every(([name, { print }], at) => name === this.were[at] && print === this.known.get(name)?.print);
    if (same && now.length === this.were.length) return;
    const pages = jsonParameter(now.map(([name, { print, ids }]) => [name, print, ids]));
    await write((query) =>
      query(
        `INSERT INTO shown_pages (tenant_id, ${this.of.table}) VALUES ($1, $2)
         ON CONFLICT (tenant_id) DO UPDATE SET ${this.of.table} = excluded.${this.of.table}`,
        [this.tenantId, pages],
      ),
    );
  }
}
