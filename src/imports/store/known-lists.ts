import { prepared } from '../../database/prepared.js';
import { codeDigest } from '../code.js';
import { HELD_IMPORT, type ImportHold } from './import-row.js';
import { Pages } from './pages.js';
import { jsonParameter, type Queryable } from './query.js';
import { CLIENTS, CUSTOMERS, digestOf, licencesFor, SUBSCRIPTIONS, type Shown } from './shown.js';

type List = Shown<never>;

/** Whose lists they are, with all that their records depend on beside what the vendors show. */
export interface ListsOf {
  id: string;
  marketplace: string;
  accountId: string | null;
}

/** The pages of a list as they are kept, and of those all of whose records stand as they were, what they hold. */
function pagesOf({ table, id, remembers }: List): string {
  const shown = remembers ? 'AND standing.listed AND standing.gone_at IS NULL' : '';
  return `(
    WITH pages AS MATERIALIZED (
      SELECT page.at, page.held->>0 AS name, page.held->>1 AS print, page.held->>2 AS ids
      FROM shown_pages, jsonb_array_elements(shown_pages.${table}) WITH ORDINALITY AS page (held, at) WHERE tenant_id = $1
    ), records AS MATERIALIZED (
      SELECT pages.at, record.place, record.id FROM pages, string_to_table(ids, ' ') WITH ORDINALITY AS record (id, place)
    ), standing AS (
      SELECT records.at, translate(encode(sha256(convert_to(string_agg(standing.digest, ' ' ORDER BY place), 'UTF8')), 'base64'), '+/=', '-_') AS print
      FROM records JOIN ${table} AS standing ON standing.tenant_id = $1 AND standing.${id} = records.id ${shown} GROUP BY records.at
    )
    SELECT '${table}' AS list, at, name, CASE WHEN pages.print = standing.print THEN pages.print END AS print, CASE WHEN pages.print = standing.print THEN ids END AS ids
    FROM pages LEFT JOIN standing USING (at)
  )`;
}

interface KeptRow {
  list: List['table'];
  name: string;
  print: string | null;
  ids: string | null;
}

/** What is known of the pages of a tenant's lists, for one import. */
export class KnownLists {
  readonly #loaded = new Map<List['table'], Promise<Pages>>();
  readonly #pages: [List, Pages][] = [];

  /**
   * Begins to load: only this import writes to the lists' records, and to each list's only after it was looked at.
   * @param all whether the list of all subscriptions is among those that are looked at.
   */
  constructor(
    private readonly db: Queryable,
    private readonly tenant: ListsOf,
    all: boolean,
  ) {
    // Those that are wanted first, or are much to load, do not wait for the others.
    this.#load([CUSTOMERS]);
    if (all) this.#load([SUBSCRIPTIONS]);
    this.#load([CLIENTS, licencesFor(tenant.marketplace)]);
  }

  async of(list: List): Promise<Pages> {
    if (!this.#loaded.has(list.table)) this.#load([list]);
    const pages = await this.#loaded.get(list.table)!;
    this.#pages.push([list, pages]);
    return pages;
  }

  /** Keeps the pages of the lists that were looked at, and lets go of them. Where they are what is kept, nothing is written. */
  async keep(hold: ImportHold): Promise<void> {
    const kept = this.#pages.splice(0).flatMap(([{ table }, pages]) => {
      const now = pages.toKeep();
      return now ? [{ table, now: jsonParameter(now) }] : [];
    });
    this.#loaded.clear();
    if (kept.length === 0) return;
    await this.db.query(
      `INSERT INTO shown_pages (tenant_id, ${kept.map(({ table }) => table).join(', ')})
       SELECT $3::uuid, ${kept.map((_list, at) => `$${at + 4}::jsonb`).join(', ')} FROM ${HELD_IMPORT}
       ON CONFLICT (tenant_id) DO UPDATE SET ${kept.map(({ table }) => `${table} = excluded.${table}`).join(', ')}`,
      [hold.importId, hold.attempt, this.tenant.id, ...kept.map(({ now }) => now)],
    );
  }

  #load(lists: readonly List[]): void {
    const sql = `${lists.map(pagesOf).join(' UNION ALL ')} ORDER BY list, at`;
    const rows = this.db.query(prepared(`pages_of_${lists.map(({ table }) => table).join('_and_')}`, sql), [this.tenant.id]) as Promise<
      KeptRow[]
    >;
    for (const list of lists) {
      const pages = Promise.all([rows, codeDigest()]).then(([all, code]) =>
        this.#pagesOf(
          list,
          all.filter((row) => row.list === list.table),
          code,
        ),
      );
      // Should the import end before it comes to this list.
      pages.catch(() => undefined);
      this.#loaded.set(list.table, pages);
    }
  }

  #pagesOf(list: List, rows: readonly KeptRow[], code: string): Pages {
    const known = rows.flatMap(({ name, print, ids }) => (print === null || ids === null ? [] : [[name, { print, ids }] as const]));
    const restsOn = list.table === 'customers' ? this.tenant.accountId : null;
    const basis = digestOf(JSON.stringify([code, list.table, list.under ?? null, restsOn]));
    const were = rows.map(({ name }) => name);
    return new Pages(list, basis, new Map(known), were);
  }
}
