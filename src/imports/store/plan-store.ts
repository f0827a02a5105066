import { randomUUID } from 'node:crypto';
import type { ChangeState, ImportCounts, LinkOrigin } from '../../../entities/index.js';
import type { LinkDecision, MappingDecision, Plan, PlannedChange, PlannedSkip } from '../plan/input.js';
import { ImportCancelled } from '../failure.js';
import { forgetOpenMappings, storeMappings } from './known.js';
import { nameOfChange } from '../guard/guard.js';
import { noCounts } from './import-row.js';
import type { ImportHold } from './import-row.js';
import { claimKeys, type KeyedCreate } from './licence-claims.js';
import { jsonParameter, type Query } from './query.js';

/** A planned change with the id of its stored row. */
export type StoredChange<T extends PlannedChange = PlannedChange> = T & { id: string };

/** How a change ended. */
export interface Settlement {
  id: string;
  state: Extract<ChangeState, 'applied' | 'failed' | 'superseded'>;
  psaId?: string;
  /** What the PSA shows; left as planned when it is not known. */
  after?: object;
  message?: string;
}

function planned(change: PlannedChange): object {
  if (change.entity === 'client') return change.action === 'link' ? { name: change.clientName } : change.client;
  return change.fields;
}

/** The changes, skips and links of one import, written under its hold. */
export class PlanStore {
  constructor(
    private readonly hold: ImportHold,
    private readonly owner: { psaInstanceId: string; tenantId: string },
  ) {}

  /** Stores a whole plan before any of it is done. Answers what is to be done now: all but what is held. */
  async storePlan(plan: Plan, held: ReadonlyMap<PlannedChange, string> = new Map()): Promise<StoredChange[]> {
    const because = plan.changes.map((change) => held.get(change));
    const stored = plan.changes.map((change) => ({ ...change, id: randomUUID() }));
    const rows = stored.map((change, sequence) => ({
      id: change.id,
      sequence,
      entity: change.entity,
      action: change.action,
      customer_id: change.customerId,
      subscription_id: 'subscriptionId' in change ? change.subscriptionId : null,
      line: 'line' in change ? change.line : null,
      psa_id: change.psaId ?? null,
      before: 'before' in change ? change.before : null,
      planned: planned(change),
      message: [because[sequence], change.message].filter((sentence) => sentence !== undefined).join(' ') || null,
      state: because[sequence] === undefined ? 'planned' : 'held',
      name: because[sequence] === undefined ? null : nameOfChange(plan.changes[sequence]!),
    }));
    await this.hold.fenced(async (query) => {
      await query(
        `INSERT INTO changes (id, psa_instance_id, tenant_id, import_id, attempt, sequence, entity, action, customer_id, subscription_id, line, psa_id, before, planned, after, message, state, name)
         SELECT id, $1, $2, $3, $4, sequence, entity, action, customer_id, subscription_id, line, psa_id, before, planned, planned, message, state, name
         FROM jsonb_to_recordset($5::jsonb) AS planned_change(id uuid, sequence int, entity text, action text, customer_id text, subscription_id text, line text,
           psa_id text, before jsonb, planned jsonb, message text, state text, name text)`,
        [this.owner.psaInstanceId, this.owner.tenantId, this.hold.importId, this.hold.attempt, jsonParameter(rows)],
      );
      await insertSkips(query, this.hold.importId, plan.skips);
    });
    return stored.filter((_change, sequence) => because[sequence] === undefined);
  }

  async addSkips(skips: readonly PlannedSkip[]): Promise<void> {
    if (skips.length > 0) await this.hold.fenced((query) => insertSkips(query, this.hold.importId, skips));
  }

  /** Forgets what the plan of this attempt was to leave alone. */
  async dropSkips(): Promise<void> {
    await this.hold.fenced((query) => query(`DELETE FROM skips WHERE import_id = $1`, [this.hold.importId]));
  }

  /** Notes, before a call, which changes it carries. @throws ImportCancelled when somebody asked for the import to end: the call is not made. */
  async markSent(changes: readonly { id: string }[], youngestBefore: string | null = null): Promise<void> {
    await this.hold.fenced(async (query) => {
      await this.#requireWanted(query);
      await noteSent(query, ids(changes), youngestBefore);
    });
  }

  /**
   * The same for creates of licences. Gives those that are to go out: the others' keys are being created, or were a moment ago, by
   * another tenant.
   */
  async markCreatesSent(creates: readonly KeyedCreate[]): Promise<Set<string>> {
    return this.hold.fenced(async (query) => {
      await this.#requireWanted(query);
      const claimed = await claimKeys(query, { ...this.owner, importId: this.hold.importId }, creates);
      await noteSent(query, [...claimed], null);
      return claimed;
    });
  }

  async #requireWanted(query: Query): Promise<void> {
    const cancelled = await query(`SELECT 1 FROM imports WHERE id = $1 AND cancel_requested_at IS NOT NULL`, [this.hold.importId]);
    if ((cancelled as unknown[]).length > 0) throw new ImportCancelled();
  }

  /** Notes, after a call, how changes ended, in one transaction with what rests on it (`also`). */
  async settle(settlements: readonly Settlement[], also?: (query: Query) => Promise<unknown>): Promise<void> {
    if (settlements.length === 0) return;
    await this.hold.fenced(async (query) => {
      await writeSettlements(query, settlements);
      await also?.(query);
    });
  }

  /** Writes what mappings became, settling the changes that say so. */
  async storeMappings(
    decisions: readonly MappingDecision[],
    forgotten: readonly string[],
    settled: readonly Settlement[] = [],
  ): Promise<void> {
    if (decisions.length + forgotten.length === 0) return;
    await this.hold.fenced(async (query) => {
      await storeMappings(query, this.owner.tenantId, decisions);
      await forgetOpenMappings(query, this.owner.tenantId, forgotten);
      await writeSettlements(query, settled);
    });
  }

  /** Writes links, moving the licence away from the line it was kept for before. A line that a person linked meanwhile stays so. */
  async storeLinks(links: readonly LinkDecision[]): Promise<void> {
    if (links.length > 0) await this.hold.fenced((query) => this.writeLinks(query, links));
  }

  async writeLinks(query: Query, links: readonly LinkDecision[]): Promise<void> {
    const rows = links.map((link) => ({
      subscription_id: link.subscriptionId,
      line: link.line,
      licence_id: link.licenceId,
      origin: link.origin satisfies LinkOrigin,
      old_subscription_id: link.instead?.subscriptionId ?? null,
      old_line: link.instead?.line ?? null,
    }));
    const set = `jsonb_to_recordset($2::jsonb) AS made(subscription_id text, line text, licence_id text, origin text, old_subscription_id text, old_line text)`;
    await query(
      `UPDATE links SET archived_at = now(), archived_why = 'renewal' FROM ${set}
       WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND links.subscription_id = made.old_subscription_id AND links.line = made.old_line AND links.licence_id = made.licence_id`,
      [this.owner.tenantId, jsonParameter(rows)],
    );
    await query(
      `INSERT INTO links (psa_instance_id, tenant_id, subscription_id, line, licence_id, origin)
       SELECT $3, $1, subscription_id, line, licence_id, origin FROM ${set}
       WHERE NOT EXISTS (SELECT 1 FROM links AS held WHERE held.psa_instance_id = $3 AND held.licence_id = made.licence_id AND held.archived_at IS NULL)
       ON CONFLICT (tenant_id, subscription_id, line) WHERE archived_at IS NULL
       DO UPDATE SET licence_id = excluded.licence_id, origin = excluded.origin, create_anyway = false
       WHERE links.licence_id IS NULL`,
      [this.owner.tenantId, jsonParameter(rows), this.owner.psaInstanceId],
    );
  }

  /** What became of the plan, counted from its stored changes. A preview counts what would happen. */
  async counts(preview: boolean, unchanged: Plan['unchanged']): Promise<ImportCounts> {
    const counts = noCounts();
    await this.hold.fenced(async (query) => {
      const rows = (await query(
        `SELECT entity, action, state, count(*)::int AS n FROM changes WHERE import_id = $1 GROUP BY entity, action, state`,
        [this.hold.importId],
      )) as { entity: string; action: string; state: ChangeState; n: number }[];
      for (const { entity, action, state, n } of rows) {
        if (state === 'failed') counts.failed += n;
        else if (state === 'held') counts.held += n;
        else if (state === 'applied' || (preview && state === 'planned')) add(counts, entity, action, n);
      }
      const skipped = (await query(`SELECT count(*)::int AS n FROM skips WHERE import_id = $1`, [this.hold.importId])) as { n: number }[];
      counts.skipped = skipped[0]!.n;
    });
    counts.clients.unchanged = unchanged.clients;
    counts.licences.unchanged = unchanged.licences;
    return counts;
  }
}

function ids(changes: readonly { id: string }[]): string[] {
  return changes.map((change) => change.id);
}

async function noteSent(query: Query, changeIds: readonly string[], youngestBefore: string | null): Promise<void> {
  await query(`UPDATE changes SET state = 'sent', sent_at = now(), youngest_before = $2 WHERE id = ANY($1)`, [changeIds, youngestBefore]);
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

async function writeSettlements(query: Query, settlements: readonly Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const rows = settlements.map(({ id, state, psaId, after, message }) => ({
    id,
    state,
    psa_id: psaId ?? null,
    after: after ?? null,
    message: message ?? null,
  }));
  await query(
    `WITH settled AS (UPDATE changes SET state = ended.state, psa_id = coalesce(ended.psa_id, changes.psa_id), after = coalesce(ended.after, changes.after),
       message = CASE WHEN ended.message IS NULL THEN changes.message WHEN changes.message IS NULL THEN ended.message ELSE changes.message || ' ' || ended.message END,
       settled_at = clock_timestamp()
     FROM jsonb_to_recordset($1::jsonb) AS ended(id uuid, state text, psa_id text, after jsonb, message text) WHERE changes.id = ended.id RETURNING changes.id)
     UPDATE licence_claims SET ended_at = clock_timestamp() FROM settled WHERE licence_claims.change_id = settled.id AND licence_claims.ended_at IS NULL`,
    [jsonParameter(rows)],
  );
}

async function insertSkips(query: Query, importId: string, skips: readonly PlannedSkip[]): Promise<void> {
  if (skips.length === 0) return;
  const rows = skips.map((skip) => ({
    entity: skip.entity,
    marketplace_id: skip.marketplaceId.slice(0, 64),
    line: skip.line ?? null,
    psa_id: skip.psaId ?? null,
    reason: skip.reason,
    detail: skip.detail,
  }));
  await query(
    `INSERT INTO skips (import_id, entity, marketplace_id, line, psa_id, reason, detail)
     SELECT $1, entity, marketplace_id, line, psa_id, reason, detail
     FROM jsonb_to_recordset($2::jsonb) AS skipped(entity text, marketplace_id text, line text, psa_id text, reason text, detail text)`,
    [importId, jsonParameter(rows)],
  );
}
