import { createHash } from 'node:crypto';
import type { GuardSettings } from '../../../entities/index.js';
import type { LicenceUpdateChange, PlannedChange } from '../plan/input.js';

/** What the guard weighs a plan against. */
export interface GuardFacts {
  settings: GuardSettings;
  /** Licences of the tenant that are linked and active now. */
  activeLicences: number;
  /** Customers of the tenant that are mapped to a client now. */
  mappedClients: number;
  /** Whether an import of this tenant has written to the PSA before: a first one creates many clients, and may. */
  hasImportedBefore: boolean;
  /** Of each list of the look at the marketplace: its records, and how many of them could not be understood. */
  looks: readonly { of: string; seen: number; malformed: number }[];
}

/** What is held, in the words a person reads. */
export interface Held {
  /** By change. */
  reasons: Map<PlannedChange, string>;
}

/** More unreadable records than one in this many make a look too poor to end anything by. */
const ONE_IN = 20;

/** The most changes of a kind that pass without a person: the greater of the floor and the percentage. */
export function allowance({ floor, percent }: GuardSettings, of: number): number {
  return Math.max(floor, Math.floor((of * percent) / 100));
}

/** Whether a change takes something away: a licence becomes inactive, or its seats drop to nothing. */
export function takesAway(change: PlannedChange): change is LicenceUpdateChange {
  if (change.entity !== 'licence' || change.action === 'create') return false;
  if (change.fields.is_active === false) return true;
  return change.fields.count === 0 && (change.before.count ?? 0) > 0;
}

/**
 * Decides which changes of a plan wait for a person. A vendor's bad day looks just like many customers leaving at once, and a
 * wrong account like many new ones; neither is to reach the clients' bills by itself. Pure.
 */
export function guard(changes: readonly PlannedChange[], facts: GuardFacts): Held {
  const reasons = new Map<PlannedChange, string>();
  const losses = changes.filter(takesAway);
  const why = whyLossesWait(losses, facts);
  if (why !== undefined) for (const change of losses) reasons.set(change, why);

  const creates = changes.filter((change) => change.entity === 'client' && change.action === 'create');
  const most = allowance(facts.settings, facts.mappedClients);
  if (facts.hasImportedBefore && creates.length > most) {
    const reason = `${creates.length} clients would be created at once; up to ${most} are without asking.`;
    const customers = new Set(creates.map((change) => change.customerId));
    for (const change of creates) reasons.set(change, reason);
    // Their licences have nowhere to go without them.
    for (const change of changes) {
      if (change.entity === 'licence' && change.action === 'create' && change.fields.client_id == null && customers.has(change.customerId))
        reasons.set(change, reason);
    }
  }
  return { reasons };
}

function whyLossesWait(losses: readonly LicenceUpdateChange[], facts: GuardFacts): string | undefined {
  if (losses.length === 0) return undefined;
  const most = allowance(facts.settings, facts.activeLicences);
  if (losses.length > most) {
    return `${losses.length} of ${facts.activeLicences} active licences would end, or drop to no seats, at once; up to ${most} do without asking.`;
  }
  if (losses.length >= facts.activeLicences) return 'No licence of this tenant would stay active.';
  const poor = facts.looks.find(({ seen, malformed }) => malformed * ONE_IN > seen);
  return poor && `${poor.malformed} of ${poor.seen} ${poor.of} could not be understood, so it is not certain what is gone.`;
}

/** What names a change across two plans of the same facts: what is done to which record, and to what end. */
export function nameOfChange(change: PlannedChange): string {
  const what =
    change.entity === 'client' && change.action === 'create'
      ? [change.client.ref]
      : change.entity === 'licence'
        ? [change.subscriptionId, change.line, change.psaId ?? null, endOf(change)]
        : [change.psaId];
  return createHash('sha256')
    .update(JSON.stringify([change.entity, change.action, change.customerId, what]))
    .digest('hex');
}

/** The values that a change leads to. Not those of an ending: its date moves on with the day it is planned on, and an approval may come later. */
function endOf(change: Extract<PlannedChange, { entity: 'licence' }>): unknown {
  return change.action === 'create' || change.action === 'deactivate' ? null : sorted(change.fields);
}

function sorted(fields: object): [string, unknown][] {
  return Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What names a list of held changes as they were seen; independent of their order. */
export function digestOf(names: readonly string[]): string {
  return createHash('sha256').update(names.toSorted().join('\n')).digest('hex');
}
