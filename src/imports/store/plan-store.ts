import { preparedByText } from '../../database/prepared.js';
import type { ChangeState, ImportCounts } from '../../../entities/index.js';
import type { LinkDecision, MappingDecision, Plan, PlannedSkip } from '../plan/input.js';
import { forgetOpenMappings, storeMappings } from './known.js';
import { nameOfChange, weightOf, type Held, type Weight } from '../guard/guard.js';
import { decidedAmong, type Decided, type Write } from './decided-writes.js';
import { noteNotSent, noteSent, writeSettlements, type Settlement } from './settlements.js';
import { writeLinks } from './write-links.js';
import { noCounts } from './import-row.js';
import type { ImportHold } from './import-row.js';
import { forgetOldClaims, noteKeyedSent, type Claimed, type KeyedCreate } from './licence-claims.js';
import {
  changeOf,
  kindAt,
  placesOf,
  ROOM,
  rowOf,
  sequenceOf,
  type ChangesByKind,
  type Kind,
  type PlannedRow,
  type Source,
  type StoredChange,
} from './planned-changes.js';
import { jsonParameter, type Query } from './query.js';
import { insertSkips, type SkipRange } from './skips.js';

export type { Kind, Source, StoredChange } from './planned-changes.js';
export type { Settlement } from './settlements.js';

/** Which of the changes that have a name weigh this. */
const WEIGHS: Record<Weight, string> = {
  loss: `name IS NOT NULL AND action <> 'create'`,
  client: `name IS NOT NULL AND action = 'create'`,
};

/** So many changes are read back at a time. */
const AT_A_TIME = 500;

/** The changes, skips and links of one import, written under its hold. */
export class PlanStore {
  /** How many changes were planned. */
  #planned = 0;
  #forgotOldClaims = false;

  constructor(
    private readonly hold: ImportHold,
    private readonly owner: { psaInstanceId: string; tenantId: string },
  ) {}

  /**
   * Stores a part of a plan. Nothing of it may be done before all parts are stored and the guard has looked at them. Answers where its skips
   * are; null when there are none.
   */
  async addPart({ changes, skips }: Pick<Plan, 'changes' | 'skips'>): Promise<SkipRange | null> {
    if (changes.length + skips.length === 0) return null;
    const rows = changes.map((change, at) => ({
      ...rowOf(change),
      sequence: sequenceOf(change, this.#planned + at),
      message: change.message ?? null,
      name: weightOf(change) === undefined ? null : nameOfChange(change),
    }));
    this.#planned += changes.length;
    return this.hold.fenced(async (query) => {
      if (rows.length > 0) {
        await query(
          `INSERT INTO changes (psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, customer_id, subscription_id, line, psa_id, before, planned, after, beside, message, name)
           SELECT $1, $2, $3, $4, sequence, entity, action, customer_id, subscription_id, line, psa_id, before, planned, planned, beside, message, name
           FROM jsonb_to_recordset($5::jsonb) AS planned_change(sequence int, entity text, action text, customer_id text, subscription_id text, line text,
             psa_id text, before jsonb, planned jsonb, beside jsonb, message text, name text)`,
          [this.owner.psaInstanceId, this.owner.tenantId, this.hold.importId, this.hold.attempt, jsonParameter(rows)],
        );
      }
      return insertSkips(query, this.hold.importId, skips);
    });
  }

  /** Has everything of a weight wait for a person. */
  async holdBack(held: Held): Promise<void> {
    for (const [weight, reason] of Object.entries(held) as [Weight, string][]) {
      await this.hold.fenced((query) =>
        query(
          `UPDATE changes SET state = 'held', message = concat_ws(' ', $3::text, message) WHERE import_id = $1 AND attempt = $2 AND state = 'planned' AND ${WEIGHS[weight]}`,
          [this.hold.importId, this.hold.attempt, reason],
        ),
      );
    }
  }

  /** What names the changes that wait for a person. */
  async heldNames(): Promise<string[]> {
    const rows = await this.hold.read<{ name: string }>(
      `SELECT name FROM changes WHERE import_id = $1 AND attempt = $2 AND state = 'held'`,
      [this.hold.importId, this.hold.attempt],
    );
    return rows.map(({ name }) => name);
  }

  /** How many changes of each kind are to be done, and were not begun. */
  async plannedCounts(): Promise<Record<Kind, number>> {
    const counts = { clientLinks: 0, clientCreates: 0, siteUpdates: 0, licenceUpdates: 0, licenceCreates: 0 };
    if (this.#planned === 0) return counts;
    const rows = await this.#ofAttempt<{ place: number; n: number }>(
      `SELECT sequence / $3 AS place, count(*)::int AS n`,
      `true GROUP BY 1`,
      [ROOM],
    );
    for (const { place, n } of rows) counts[kindAt(place)] += n;
    return counts;
  }

  /** The changes of a kind that are to be done, some at a time, in their order. `placed`: only those whose client is there. */
  planned<K extends Kind>(kind: K, { placed = false } = {}): Source<StoredChange<ChangesByKind[K]>> {
    const { from, to } = placesOf(kind);
    let next = from;
    return async () => {
      const rows = await this.#ofAttempt<PlannedRow & { id: string; sequence: number }>(
        `SELECT id, sequence, entity, action, customer_id, subscription_id, line, psa_id, before, planned, beside`,
        `sequence >= $3 AND sequence < $4 ${placed ? `AND planned->>'client_id' IS NOT NULL` : ''} ORDER BY sequence LIMIT $5`,
        [next, to, AT_A_TIME],
      );
      next = (rows.at(-1)?.sequence ?? to) + 1;
      return rows.map((row) => changeOf<K>(row));
    };
  }

  /** Notes that what is planned of a kind and was not begun cannot be done. Answers how many those were. */
  async failPlanned(kind: Kind, message: string): Promise<number> {
    const { from, to } = placesOf(kind);
    const [, count] = await this.hold.fenced(
      (query) =>
        query(
          `UPDATE changes SET state = 'failed', message = concat_ws(' ', message, $5::text), settled_at = clock_timestamp()
           WHERE import_id = $1 AND attempt = $2 AND state = 'planned' AND sequence >= $3 AND sequence < $4`,
          [this.hold.importId, this.hold.attempt, from, to, message],
        ) as Promise<[unknown[], number]>,
    );
    return count;
  }

  #ofAttempt<Row>(select: string, where: string, parameters: unknown[]): Promise<Row[]> {
    return this.hold.read<Row>(`${select} FROM changes WHERE import_id = $1 AND attempt = $2 AND state = 'planned' AND ${where}`, [
      this.hold.importId,
      this.hold.attempt,
      ...parameters,
    ]);
  }

  async addSkips(skips: readonly PlannedSkip[]): Promise<void> {
    if (skips.length > 0) await this.hold.fenced((query) => insertSkips(query, this.hold.importId, skips));
  }

  /** Forgets the plan of this attempt: what it was to do, and to leave alone. */
  async dropPlan(): Promise<void> {
    await this.hold.fenced(async (query) => {
      await query(`DELETE FROM skips WHERE import_id = $1`, [this.hold.importId]);
      await query(`DELETE FROM changes WHERE import_id = $1 AND attempt = $2 AND state = 'planned'`, [
        this.hold.importId,
        this.hold.attempt,
      ]);
    });
  }

  /** Notes, before a call, which changes it carries. @throws ImportCancelled when somebody asked for the import to end: the call is not made. */
  async markSent(changes: readonly { id: string }[], youngestBefore: string | null = null): Promise<void> {
    const ids = changes.map(({ id }) => id);
    await this.hold.fencedWhileWanted((query) => noteSent(query, ids, youngestBefore));
  }

  /**
   * The same for creates of licences. Gives those that are to go out: the others' keys are being created, or were a moment ago, by
   * another tenant, or a person decided something else about them.
   */
  async markCreatesSent(creates: readonly KeyedCreate[]): Promise<Claimed> {
    return this.hold.fencedWhileWanted(async (query) => {
      if (!this.#forgotOldClaims) await forgetOldClaims(query, this.owner.psaInstanceId);
      this.#forgotOldClaims = true;
      return noteKeyedSent(query, { ...this.owner, importId: this.hold.importId }, creates);
    });
  }

  /** The same for changes of records that are there. Gives, by their ids, those that are not to go out, and what a person decided about them. */
  async markUpdatesSent(writes: readonly Write[]): Promise<Map<string, Decided>> {
    return this.hold.fencedWhileWanted(async (query) => {
      const decided = await decidedAmong(query, this.owner, writes);
      const ids = writes.flatMap(({ id }) => (decided.has(id) ? [] : [id]));
      if (ids.length > 0) await noteSent(query, ids, null);
      return decided;
    });
  }

  /** @throws AttemptLost, ImportCancelled when another attempt took over or somebody asked for the import to end. */
  async stillWanted(): Promise<void> {
    const why = await this.hold.check();
    if (why) throw why;
  }

  /** Notes of changes that were noted as sent that no call carried them: they are planned as before. */
  async takeBack(changes: readonly { id: string }[]): Promise<void> {
    await this.hold.fenced((query) =>
      noteNotSent(
        query,
        changes.map(({ id }) => id),
      ),
    );
  }

  /** Notes, after a call, how changes ended, in one transaction with what rests on it (`also`). */
  async settle(settlements: readonly Settlement[], also?: (query: Query) => Promise<unknown>): Promise<void> {
    if (settlements.length === 0) return;
    await this.hold.fenced(async (query) => {
      await writeSettlements(query, settlements);
      await also?.(query);
    });
  }

  /** Writes what mappings became. `alsoLinks`: and that the planned links of clients, which say so, are done; answers how many those were. */
  async storeMappings(decisions: readonly MappingDecision[], forgotten: readonly string[], { alsoLinks = false } = {}): Promise<number> {
    if (decisions.length + forgotten.length === 0 && !alsoLinks) return 0;
    const { from, to } = placesOf('clientLinks');
    return this.hold.fenced(async (query) => {
      await storeMappings(query, this.owner.tenantId, decisions);
      await forgetOpenMappings(query, this.owner.tenantId, forgotten);
      if (!alsoLinks) return 0;
      const [, linked] = (await query(
        `UPDATE changes SET state = 'applied', settled_at = clock_timestamp()
         WHERE import_id = $1 AND attempt = $2 AND state = 'planned' AND sequence >= $3 AND sequence < $4`,
        [this.hold.importId, this.hold.attempt, from, to],
      )) as [unknown[], number];
      return linked;
    });
  }

  /** Writes links, moving the licence away from the line it was kept for before. A line that a person linked meanwhile stays so. */
  async storeLinks(links: readonly LinkDecision[]): Promise<void> {
    if (links.length > 0) await this.hold.fenced((query) => this.writeLinks(query, links));
  }

  /** The same, in a transaction that is under way. */
  writeLinks(query: Query, links: readonly LinkDecision[]): Promise<void> {
    return writeLinks(query, this.owner, links);
  }

  /** What became of the plan, counted from its stored changes. A preview counts what would happen. */
  async counts(preview: boolean, unchanged: Plan['unchanged']): Promise<ImportCounts> {
    const counts = noCounts();
    const rows = await this.hold.read<{ entity: string; action: string; state: ChangeState | null; n: number }>(
      preparedByText(`SELECT entity, action, state, count(*)::int AS n FROM changes WHERE import_id = $1 GROUP BY entity, action, state
       UNION ALL SELECT NULL, NULL, NULL, count(*)::int FROM skips WHERE import_id = $1`),
      [this.hold.importId],
    );
    for (const { entity, action, state, n } of rows) {
      if (state === null) counts.skipped = n;
      else if (state === 'failed') counts.failed += n;
      else if (state === 'held') counts.held += n;
      else if (state === 'applied' || (preview && state === 'planned')) add(counts, entity, action, n);
    }
    counts.clients.unchanged = unchanged.clients;
    counts.licences.unchanged = unchanged.licences;
    return counts;
  }
}

const COUNTED: Record<string, (counts: ImportCounts, n: number) => void> = {
  'client create': (counts, n) => (counts.clients.created += n),
  'client link': (counts, n) => (counts.clients.linked += n),
  'site update': (counts, n) => (counts.clients.updated += n),
  'licence create': (counts, n) => (counts.licences.created += n),
  'licence update': (counts, n) => (counts.licences.updated += n),
  'licence rekey': (counts, n) => (counts.licences.rekeyed += n),
  'licence deactivate': (counts, n) => (counts.licences.deactivated += n),
  'licence reactivate': (counts, n) => (counts.licences.reactivated += n),
};

function add(counts: ImportCounts, entity: string, action: string, n: number): void {
  COUNTED[`${entity} ${action}`]?.(counts, n);
}
