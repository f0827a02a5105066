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

/** What of a change the guard weighs: that it takes something away; or that a client is created, by it or for it. */
export type Weight = 'loss' | 'client';

/** How much of each a plan holds. */
export interface Weighed {
  losses: number;
  /** Clients that would be created. */
  clients: number;
}

/** By what they weigh, why changes wait for a person, in the words that one reads; nothing for those that need not wait. */
export type Held = Partial<Record<Weight, string>>;

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

/** What the guard weighs of a change, if anything. A licence at a client that is still to be created has nowhere to go without it. */
export function weightOf(change: PlannedChange): Weight | undefined {
  if (takesAway(change)) return 'loss';
  if (change.action !== 'create') return undefined;
  return change.entity === 'client' || change.fields.client_id == null ? 'client' : undefined;
}

/** What the guard weighs of these changes together. */
export function weigh(changes: readonly PlannedChange[]): Weighed {
  const weights = changes.map(weightOf);
  return {
    losses: weights.filter((weight) => weight === 'loss').length,
    clients: changes.filter((change, at) => change.entity === 'client' && weights[at] === 'client').length,
  };
}

/**
 * Decides which changes of a plan wait for a person. A vendor's bad day looks just like many customers leaving at once, and a
 * wrong account like many new ones; neither is to reach the clients' bills by itself. Pure.
 */
export function guard({ losses, clients }: Weighed, facts: GuardFacts): Held {
  const loss = whyLossesWait(losses, facts);
  const most = allowance(facts.settings, facts.mappedClients);
  const client =
    facts.hasImportedBefore && clients > most
      ? `${clients} clients would be created at once; up to ${most} are without asking.`
      : undefined;
  return { ...(loss === undefined ? {} : { loss }), ...(client === undefined ? {} : { client }) };
}

function whyLossesWait(losses: number, facts: GuardFacts): string | undefined {
  if (losses === 0) return undefined;
  const most = allowance(facts.settings, facts.activeLicences);
  if (losses > most) {
    return `${losses} of ${facts.activeLicences} active licences would end, or drop to no seats, at once; up to ${most} do without asking.`;
  }
  if (losses >= facts.activeLicences) return 'No licence of this tenant would stay active.';
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
