import type { DataSource } from 'typeorm';
import type { Import, ImportCounts, ImportError, ImportPhase, ImportState } from '../../../entities/index.js';
import { Import as ImportEntity } from '../../../entities/index.js';
import { columnsOf, entityOfRow } from '../../database/entity-of-row.js';
import { prepared, preparedByText } from '../../database/prepared.js';
import { AttemptLost, ImportCancelled } from '../failure.js';
import { execute, jsonParameter, type Query } from './query.js';
import { MAY_BE_TAKEN } from './take-over.js';

/** How an import may move from state to state. Everything not named here is refused. */
export const MOVES: Record<ImportState, readonly ImportState[]> = {
  queued: ['running', 'cancelled', 'failed'],
  // Back to queued: handed back, or tried again later.
  running: ['running', 'queued', 'needs_approval', 'succeeded', 'succeeded_with_skips', 'partly_failed', 'failed', 'cancelled'],
  needs_approval: ['queued', 'succeeded_with_skips', 'partly_failed'],
  succeeded: [],
  succeeded_with_skips: [],
  partly_failed: [],
  failed: [],
  cancelled: [],
};

function statesThatMayBecome(state: ImportState): ImportState[] {
  return (Object.keys(MOVES) as ImportState[]).filter((from) => MOVES[from].includes(state));
}

export function noCounts(): ImportCounts {
  return {
    clients: { created: 0, updated: 0, linked: 0, unchanged: 0 },
    licences: { created: 0, updated: 0, rekeyed: 0, deactivated: 0, reactivated: 0, unchanged: 0 },
    skipped: 0,
    held: 0,
    failed: 0,
  };
}

/**
 * Takes an import for a new attempt; null when it is over, cancelled or unknown, not due yet, or in the hands of an attempt that is or
 * may be alive. What the attempt before left planned, or failed to do, is superseded: it is planned anew. What it had sent without
 * hearing the end is settled once the PSA was looked at.
 */
export async function claimImport(dataSource: DataSource, importId: string): Promise<Claimed | null> {
  const [claimed] = await dataSource.query<ClaimedRow[]>(claim(dataSource), [importId, statesThatMayBecome('running')]);
  return claimed ? Object.assign(entityOfRow(dataSource, ImportEntity, claimed), { anotherWaits: claimed.anotherWaits }) : null;
}

/** An import that was taken. */
export interface Claimed extends Import {
  /** Whether an earlier import of the tenant waits for approval. */
  anotherWaits: boolean;
}

type ClaimedRow = Record<string, unknown> & Pick<Claimed, 'anotherWaits'>;

/** One statement. A first attempt has left nothing behind. Columns that a newer version of Isthmus added meanwhile are not asked for: a prepared statement fails once it would give more. */
const claim = (dataSource: DataSource): string =>
  preparedByText(`WITH claimed AS (
     UPDATE imports SET state = 'running', attempt = attempt + 1, tries = tries + 1, heartbeat_at = clock_timestamp(), not_before = NULL, error = NULL,
       started_at = coalesce(started_at, now()), phase = 'marketplace', progress_done = 0, progress_total = NULL
     WHERE id = $1 AND state = ANY($2) AND ${MAY_BE_TAKEN} RETURNING *
   ), forgotten AS (
     DELETE FROM skips WHERE import_id = (SELECT id FROM claimed WHERE attempt > 1)
   ), superseded AS (
     UPDATE changes SET state = 'superseded', message = concat_ws(' ', message, 'The attempt ended early; the next one planned anew.')
     WHERE import_id = (SELECT id FROM claimed WHERE attempt > 1) AND state IN ('planned', 'failed')
   )
   SELECT ${columnsOf(dataSource, ImportEntity, 'claimed', '')},
     EXISTS (SELECT FROM imports WHERE imports.tenant_id = claimed.tenant_id AND imports.state = 'needs_approval') AS "anotherWaits" FROM claimed`);

/**
 * The row of an import ($1) that an attempt ($2) still has, to be selected from by writes that rest on it: their fence. Many may hold it at once, and
 * none of them keeps out who says how far the import is, that it is alive, or that it is to end: only a change of `attempt` or `state`, which
 * the index `imports_fence` makes keys of the row, waits until nobody holds it.
 */
export const HELD_IMPORT = `imports WHERE id = $1 AND attempt = $2 AND state = 'running' FOR KEY SHARE`;

/** Whether somebody wants the import to end. */
interface Wish {
  cancel_requested_at: Date | null;
}

function reasonToStop(rows: readonly Wish[]): AttemptLost | ImportCancelled | undefined {
  const [row] = rows;
  if (!row) return new AttemptLost();
  return row.cancel_requested_at === null ? undefined : new ImportCancelled();
}

/** How an attempt that did not end its import gives it back. */
export interface HandedBack {
  /** Another attempt may begin after so many seconds; 0: at once. */
  inSeconds: number;
  /** Whether this attempt counts towards the bound of attempts. */
  counts: boolean;
  /** Why it is tried again, if something failed. */
  error: ImportError | null;
  remarks: string[];
  calls: { marketplace: number; psa: number };
}

const FINISH = prepared(
  'finish_import',
  `WITH ended AS (
     UPDATE imports SET state = $3, digest = $10, phase = 'done', counts = $4, error = $5, remarks = $6, calls_marketplace = $7, calls_psa = $8, finished_at = now()
     WHERE id = $1 AND attempt = $2 AND state = ANY($9) RETURNING id, preview
   ), superseded AS (
     UPDATE changes SET state = 'superseded', message = 'The import ended before this was begun.'
     WHERE import_id = (SELECT id FROM ended WHERE NOT preview) AND state = 'planned'
   )
   SELECT id FROM ended`,
);

/** One attempt's hold on its import's row: every write is fenced by the attempt, so that a worker that lost it changes nothing. */
export class ImportHold {
  constructor(
    private readonly dataSource: DataSource,
    readonly importId: string,
    readonly attempt: number,
  ) {}

  /** Throws when another attempt took over or somebody cancelled. */
  async progress(phase: ImportPhase, done: number, total: number | null, calls: { marketplace: number; psa: number }): Promise<void> {
    const rows = await execute<Wish>(
      this.dataSource,
      `UPDATE imports SET phase = $3, progress_done = $4, progress_total = $5, calls_marketplace = $6, calls_psa = $7, heartbeat_at = clock_timestamp()
       WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING cancel_requested_at`,
      [this.importId, this.attempt, phase, done, total, calls.marketplace, calls.psa],
    );
    const why = reasonToStop(rows);
    if (why) throw why;
  }

  /** Says that the attempt is alive. Answers why it is to stop, if it is. */
  async beat(): Promise<AttemptLost | ImportCancelled | undefined> {
    const rows = await execute<Wish>(
      this.dataSource,
      `UPDATE imports SET heartbeat_at = clock_timestamp() WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING cancel_requested_at`,
      [this.importId, this.attempt],
    );
    return reasonToStop(rows);
  }

  /** Why the attempt is to stop, if it is. */
  async check(): Promise<AttemptLost | ImportCancelled | undefined> {
    const rows = await execute<Wish>(
      this.dataSource,
      `SELECT cancel_requested_at FROM imports WHERE id = $1 AND attempt = $2 AND state = 'running'`,
      [this.importId, this.attempt],
    );
    return reasonToStop(rows);
  }

  /** Ends the import, in one transaction with what of its tenant rests on it (`also`). What was planned and not begun is superseded with it. */
  async finish(
    state: ImportState,
    result: {
      counts: ImportCounts;
      error: ImportError | null;
      remarks: string[];
      calls: { marketplace: number; psa: number };
      digest?: string;
    },
    also?: (query: Query) => Promise<unknown>,
  ): Promise<void> {
    const parameters = [
      this.importId,
      this.attempt,
      state,
      jsonParameter(result.counts),
      result.error && jsonParameter(result.error),
      jsonParameter(result.remarks),
      result.calls.marketplace,
      result.calls.psa,
      statesThatMayBecome(state),
      result.digest ?? null,
    ];
    const end = async (query: Query): Promise<void> => {
      const ended = (await query(FINISH, parameters)) as unknown[];
      if (ended.length === 0) throw new AttemptLost();
    };
    if (!also) return end((sql, values) => this.dataSource.query(sql, values));
    await this.dataSource.transaction(async (manager) => {
      const query: Query = (sql, values) => manager.query(sql, values);
      // The tenant before its imports, as whoever starts one holds them: in another order the two would wait for each other.
      await also(query);
      await end(query);
    });
  }

  /**
   * Gives the import back, for another attempt. Only once nothing of this one is under way: another one may begin as soon as
   * `inSeconds` are over. Throws when another attempt took over or somebody cancelled.
   */
  async handBack({ inSeconds, counts, error, remarks, calls }: HandedBack): Promise<void> {
    const [rows] = (await this.dataSource.query(
      `UPDATE imports SET state = 'queued', phase = 'waiting', heartbeat_at = NULL, progress_done = 0, progress_total = NULL,
         not_before = CASE WHEN $3 > 0 THEN clock_timestamp() + make_interval(secs => $3) END, tries = CASE WHEN $4 THEN tries ELSE tries - 1 END,
         error = $5, remarks = $6, calls_marketplace = $7, calls_psa = $8
       WHERE id = $1 AND attempt = $2 AND state = 'running' AND cancel_requested_at IS NULL RETURNING id`,
      [this.importId, this.attempt, inSeconds, counts, error && jsonParameter(error), jsonParameter(remarks), calls.marketplace, calls.psa],
    )) as [unknown[], number];
    if (rows.length === 0) throw (await this.check()) ?? new AttemptLost();
  }

  /** A read. It needs no fence: what an attempt that lost its import makes of it is a write, and that has one. */
  async read<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return this.dataSource.query<Row[]>(sql, parameters);
  }

  /** Runs writes that must only happen while this attempt holds the import. */
  async fenced<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.#fenced(work, (stop) => stop instanceof AttemptLost);
  }

  /** The same for what must not happen either once somebody asked for the import to end. @throws ImportCancelled then. */
  async fencedWhileWanted<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.#fenced(work, () => true);
  }

  async #fenced<T>(work: (query: Query) => Promise<T>, stops: (why: AttemptLost | ImportCancelled) => boolean): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      const held = await execute<Wish>(manager, `SELECT cancel_requested_at FROM ${HELD_IMPORT}`, [this.importId, this.attempt]);
      const why = reasonToStop(held);
      if (why && stops(why)) throw why;
      return work((sql, parameters) => manager.query(sql, parameters));
    });
  }
}
