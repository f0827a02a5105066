import type { DataSource } from 'typeorm';
import { END, HeldList, type HeldRows } from './held-list.js';
import { joinSteps, MANY_STEPS } from './list-steps.js';
import { prepared } from './prepared.js';

/** Shorter ones are counted and searched by Postgres as quickly; longer ones take too much memory. */
export const HELD_FROM = 2_000;
const HELD_TO = 300_000;
/** For all of a process, in bytes. */
const MEMORY = 64 * 2 ** 20;

/** What tells one state of a tenant's lists from every other, and a search in the letters that rows have. */
export interface ListsNow {
  version: string;
  search: string | null;
}

const LISTS_NOW = prepared(
  'lists_now',
  `SELECT coalesce(sum(steps), 0)::text AS version, lower($2::text) AS search FROM list_steps WHERE tenant_id = $1`,
);

const STEPS_NOW = `SELECT coalesce(sum(steps), 0)::text AS version, count(*)::int AS steps FROM list_steps WHERE tenant_id = $1`;

/** So many rows come in one piece: a long answer is taken in at once, and others wait for that. */
const PIECE = 500;

/** Rows in their order, in pieces of `$4`. */
const piecesOf = (rows: string): string => `SELECT count(*)::int AS rows, string_agg(text || $2, '' ORDER BY place) AS texts,
    string_agg(kind || $2, '' ORDER BY place) AS kinds, string_agg(id || $2, '' ORDER BY place) AS ids, string_agg(rest, '' ORDER BY place) AS rest
  FROM (SELECT held.*, row_number() OVER () AS place FROM (${rows} LIMIT $3) AS held) AS held GROUP BY (place - 1) / $4 ORDER BY (place - 1) / $4`;

/** By the list's index instead of sorting, and without further processes: somebody waits for other answers meanwhile, nobody for this one. */
const GENTLY = `SELECT set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true),
  set_config('random_page_cost', '1', true), set_config('work_mem', '32MB', true)`;

/** How a list is read. */
export interface Reading {
  name: string;
  /** How many values of the rest a row has. */
  width: number;
  /** Gives `text`, `kind`, `id` and `rest` of each row in the list's order, of the tenant `$1`, each value of the rest ended by `$2`. */
  rows: string;
}

interface Held {
  /** When it was last asked for. */
  seen?: string;
  /** Of what is held. */
  version?: string;
  /** Undefined if that is too short or too long. */
  list?: HeldList | undefined;
  reading?: Promise<void>;
}

/**
 * Long lists as this process last read them. Each request asks Postgres whether they still are what they were. If not, it is answered from
 * tables; once two requests found a list the same, it is read again beside them, and not over and over while an import writes.
 */
class HeldLists {
  /** The one that was asked for longest ago first. */
  private readonly held = new Map<string, Held>();

  constructor(private readonly dataSource: DataSource) {}

  async now(tenantId: string, search?: string): Promise<ListsNow> {
    const [now] = await this.dataSource.query<ListsNow[]>(LISTS_NOW, [tenantId, search ?? null]);
    return now!;
  }

  /** The list as it is now, or undefined if it is not held so. */
  get(reading: Reading, tenantId: string, { version }: ListsNow): HeldList | undefined {
    const key = `${reading.name} ${tenantId}`;
    const held = this.held.get(key) ?? {};
    this.held.delete(key);
    this.held.set(key, held);
    if (held.version === version) return held.list;
    if (held.seen === version) {
      held.reading ??= this.read(reading, tenantId, held).finally(() => {
        delete held.reading;
        this.letGo();
      });
    }
    held.seen = version;
    return undefined;
  }

  /** Once what is being read is held. */
  async settled(): Promise<void> {
    for (const { reading } of this.held.values()) await reading;
  }

  private async read({ width, rows }: Reading, tenantId: string, held: Held): Promise<void> {
    try {
      // Of one moment: what the version tells of are the rows.
      const read = await this.dataSource.transaction('REPEATABLE READ', async (manager) => {
        await manager.query(GENTLY);
        const [steps] = await manager.query<{ version: string; steps: number }[]>(STEPS_NOW, [tenantId]);
        const pieces = await manager.query<HeldRows[]>(piecesOf(rows), [tenantId, END, HELD_TO + 1, PIECE]);
        return { ...steps!, pieces, rows: pieces.reduce((sum, piece) => sum + piece.rows, 0) };
      });
      held.list = read.rows < HELD_FROM || read.rows > HELD_TO ? undefined : await HeldList.of(read.pieces, width);
      held.version = read.version;
      if (read.steps > MANY_STEPS) await joinSteps(this.dataSource, tenantId);
    } catch {
      // It is read again for the next request; what is wrong with the database, those tell that are answered from tables.
    }
  }

  private letGo(): void {
    let size = 0;
    for (const { list } of this.held.values()) size += list?.size ?? 0;
    for (const [key, { list, reading }] of this.held) {
      if (size <= MEMORY && this.held.size <= REMEMBERED) return;
      if (reading) continue;
      size -= list?.size ?? 0;
      this.held.delete(key);
    }
  }
}

const REMEMBERED = 1000;

const ofDataSources = new WeakMap<DataSource, HeldLists>();

/** Those of a process, by its connections. */
export function heldLists(dataSource: DataSource): HeldLists {
  const known = ofDataSources.get(dataSource) ?? new HeldLists(dataSource);
  ofDataSources.set(dataSource, known);
  return known;
}
