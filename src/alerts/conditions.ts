import type { AlertCondition, ImportEntity, ImportError, ImportState } from '../../entities/index.js';

/** An import that has ended, or waits for a person; never a preview, never a cancelled one. */
export interface SettledImport {
  id: string;
  state: ImportState;
  /** Whether it was for all customers. */
  whole: boolean;
  entities: ImportEntity[];
  error: ImportError | null;
  /** Changes that could not be written. */
  failed: number;
  /** Changes that wait for a person. */
  held: number;
  createdAt: Date;
  finishedAt: Date | null;
}

/** A customer that no import can place without a person. */
export interface WaitingCustomer {
  customerId: string;
  name: string;
  why: 'unmapped' | 'suggested' | 'ambiguous' | 'broken';
}

/** A day of the tenant's schedule. */
export interface SlotFact {
  dueAt: Date;
  state: 'started' | 'waiting' | 'left_alone';
  /** A sentence. */
  note: string | null;
}

/** What is known of a tenant: everything its conditions are decided from. */
export interface TenantFacts {
  name: string;
  /** False for a tenant that was switched off or archived: nobody needs to hear of it. */
  inUse: boolean;
  /** The database's time. */
  now: Date;
  integratorEnabled: boolean;
  pausedWhy: string | null;
  paused: boolean;
  /** The vendor whose refusals paused it; null for a person's pause. */
  pausedFor: 'marketplace' | 'psa' | null;
  /** Imports in a row that ended because credentials were refused. */
  refusals: number;
  /** When the marketplace's credentials were last seen to work. */
  verifiedAt: Date | null;
  /** When the PSA's secret was last entered. */
  psaSecretSetAt: Date | null;
  /** The latest import of all customers. */
  lastWhole: SettledImport | null;
  /** The latest one of them that was for subscriptions, too; null where nobody wants them imported any more. */
  lastOfSubscriptions: SettledImport | null;
  /** The latest import of any kind. */
  last: SettledImport | null;
  /** The latest import that waits for a person. */
  waitingForApproval: SettledImport | null;
  /** The latest day of the schedule that a process has taken. */
  lastSlot: SlotFact | null;
  /** When the day came due that no process has taken, if there is one. */
  untakenSince: Date | null;
  waitingCustomers: WaitingCustomer[];
}

/** Something that needs a person for as long as it lasts. */
export interface Condition {
  condition: AlertCondition;
  /** One line. */
  summary: string;
  /** What happened and what to do, a sentence or two a line. It is news when this changes, so no times and ids are in it. */
  detail: string;
  /** Where to look. Not news. */
  where: string | null;
  /** How bad it is, to be compared with the same condition earlier. */
  weight: number;
}

const HOUR = 3_600_000;
/** Processes look every half minute; even a restart takes less. */
const UNTAKEN_MS = HOUR;
/** An import that ran when a slot came due should have ended by then. */
const WAITED_MS = 3 * HOUR;
/** Customers that are called by name. */
const NAMED = 10;

/** The conditions a tenant is in. Pure. */
export function conditionsOf(facts: TenantFacts): Condition[] {
  if (!facts.inUse) return [];
  const refused = credentialsRefused(facts);
  return [refused ?? importFailed(facts), importHeld(facts), refused ? null : runMissed(facts), mappingsWaiting(facts)].filter(
    (condition) => condition !== null,
  );
}

/**
 * The import whose failure still stands. A good import of one customer says nothing of the others, nor one of clients alone of subscriptions; a
 * failed one is not to be lost.
 */
function failure({ last, lastWhole, lastOfSubscriptions }: TenantFacts): SettledImport | null {
  // Credentials that were refused then were good for a later import of clients alone.
  const ofSubscriptions = lastOfSubscriptions?.id !== lastWhole?.id && refusedBy(lastOfSubscriptions) !== null ? null : lastOfSubscriptions;
  const ended = [lastWhole, ofSubscriptions, last].filter((run) => run !== null);
  return ended.find((run) => run.state === 'failed') ?? ended.find((run) => run.state === 'partly_failed') ?? null;
}

/** The vendor whose credentials an import was refused with. */
function refusedBy(run: SettledImport | null): 'marketplace' | 'psa' | null {
  if (run?.state !== 'failed') return null;
  if (run.error?.code === 'marketplace_credentials') return 'marketplace';
  return run.error?.code === 'psa_credentials' ? 'psa' : null;
}

function credentialsRefused(facts: TenantFacts): Condition | null {
  const run = failure(facts);
  const vendor = refusedBy(run) ?? facts.pausedFor;
  const paused = facts.paused && facts.refusals > 0;
  const mended = vendor === 'psa' ? facts.psaSecretSetAt : facts.verifiedAt;
  const since = run?.finishedAt ?? run?.createdAt;
  const refused = refusedBy(run) !== null && !(mended && since && mended > since);
  if (!refused && !paused) return null;
  const who = vendor === 'psa' ? 'HaloPSA' : 'The marketplace';
  const todo =
    vendor === 'psa'
      ? 'What to do: look in HaloPSA at the API application that Isthmus uses, enter its client id and secret in Isthmus, and verify the PSA instance.'
      : 'What to do: look in the marketplace at the API user and the subscription key, enter the user name, password and key in Isthmus, and verify the tenant.';
  const lines = [`${who} refuses the credentials of the tenant “${facts.name}”, so nothing is imported.`];
  if (paused) lines.push(`${facts.pausedWhy ?? 'It was tried several times and is left alone now.'} No import starts by itself meanwhile.`);
  lines.push(paused ? `${todo} That ends the pause.` : `${todo} Then import again, or wait for the next run.`);
  return {
    condition: 'credentials_refused',
    summary: `${who} refuses the credentials of “${facts.name}”`,
    detail: lines.join('\n'),
    where: run && refused ? nameOf(run) : null,
    weight: paused ? 2 : 1,
  };
}

const TODO: Record<ImportError['actor'], string> = {
  configuration:
    'What to do: put right what it says, in Isthmus, the marketplace or HaloPSA. Then import again, or wait for the next run. Nothing was lost.',
  vendor: 'What to do: nothing at first, because the next run tries again. If it lasts for more than a day, ask the vendor.',
  isthmus:
    'What to do: give whoever looks after Isthmus the id of the import; the log has the details under it. The next run tries again. Nothing was lost.',
};
const FAILURE_WEIGHT: Record<ImportError['actor'], number> = { vendor: 2, isthmus: 3, configuration: 4 };

function importFailed(facts: TenantFacts): Condition | null {
  const run = failure(facts);
  if (run === null || refusedBy(run) !== null) return null;
  if (run.state === 'partly_failed') {
    const lines = [
      `The import of the tenant “${facts.name}” could not write ${counted(run.failed, 'change')}; the rest was written.`,
      'What to do: look at the failed changes of the import. Each says why. The next import tries them again.',
    ];
    return {
      condition: 'import_failed',
      summary: `The import of “${facts.name}” failed in part`,
      detail: lines.join('\n'),
      where: nameOf(run),
      weight: 1,
    };
  }
  const { actor, message } = run.error ?? { actor: 'isthmus', message: 'It does not say why.' };
  return {
    condition: 'import_failed',
    summary: `The import of “${facts.name}” failed`,
    detail: [`The import of the tenant “${facts.name}” failed: ${message}`, TODO[actor]].join('\n'),
    where: nameOf(run),
    weight: FAILURE_WEIGHT[actor],
  };
}

function importHeld({ name, waitingForApproval: run }: TenantFacts): Condition | null {
  if (!run) return null;
  const lines = [
    `The import of the tenant “${name}” holds ${counted(run.held, 'change')} back, because so many at once may be a mistake of the marketplace or of a setting. The rest was written.`,
    'What to do: look at the held changes of the import. Approve all or some of them if they are right, or discard them. Until then nothing of it is written.',
  ];
  return {
    condition: 'import_held',
    summary: `The import of “${name}” waits for approval`,
    detail: lines.join('\n'),
    where: nameOf(run),
    weight: run.held,
  };
}

function runMissed(facts: TenantFacts): Condition | null {
  const missed = missedSlot(facts);
  // What somebody imported by hand since is as good as a run; how it ended is told otherwise.
  if (!missed || (facts.lastWhole && facts.lastWhole.createdAt >= missed.dueAt)) return null;
  return {
    condition: 'run_missed',
    summary: `The daily import of “${facts.name}” did not run`,
    detail: [`The daily import of the tenant “${facts.name}” did not run. ${missed.why}`, `What to do: ${missed.todo}`].join('\n'),
    where: null,
    weight: missed.weight,
  };
}

function missedSlot({
  integratorEnabled,
  now,
  untakenSince,
  lastSlot,
}: TenantFacts): { dueAt: Date; why: string; todo: string; weight: number } | null {
  if (!integratorEnabled) return null;
  if (untakenSince && now.getTime() - untakenSince.getTime() > UNTAKEN_MS) {
    const todo = 'make sure that a process of Isthmus with the role "all" or "worker" runs; its log says what keeps it.';
    return { dueAt: untakenSince, why: 'Its time came, and nothing started it.', todo, weight: 2 };
  }
  if (lastSlot?.state === 'left_alone') {
    const todo = 'if that is not meant to be, do what the reason says; if it is, switch the integrator of the tenant off.';
    return { dueAt: lastSlot.dueAt, why: lastSlot.note ?? 'The tenant was left alone.', todo, weight: 1 };
  }
  if (lastSlot?.state === 'waiting' && now.getTime() - lastSlot.dueAt.getTime() > WAITED_MS) {
    const todo = 'look at that import, and cancel it if it does not go on.';
    return { dueAt: lastSlot.dueAt, why: 'Another import ran when its time came, and still does.', todo, weight: 1 };
  }
  return null;
}

const WHY: Record<WaitingCustomer['why'], string> = {
  unmapped: 'no client found',
  suggested: 'a client is only alike',
  ambiguous: 'several clients fit',
  broken: 'its client is gone',
};

function mappingsWaiting({ name, waitingCustomers }: TenantFacts): Condition | null {
  const number = waitingCustomers.length;
  if (number === 0) return null;
  const named = waitingCustomers
    .toSorted((a, b) => (a.name === b.name ? (a.customerId < b.customerId ? -1 : 1) : a.name < b.name ? -1 : 1))
    .slice(0, NAMED)
    .map((customer) => `“${customer.name}” (${WHY[customer.why]})`);
  if (number > NAMED) named.push(`and ${number - NAMED} more`);
  const wait = number === 1 ? '1 customer waits' : `${number} customers wait`;
  const lines = [
    `${wait} for a mapping in the tenant “${name}”: ${named.join(', ')}. Until then their subscriptions are not imported.`,
    'What to do: map each to its client, ignore it, or say that a client is to be created for it. The next import goes on from there.',
  ];
  return {
    condition: 'mappings_waiting',
    summary: number === 1 ? `A customer of “${name}” waits for a mapping` : `Customers of “${name}” wait for a mapping`,
    detail: lines.join('\n'),
    where: null,
    weight: number,
  };
}

function nameOf(run: SettledImport): string {
  return `Import ${run.id}, ${(run.finishedAt ?? run.createdAt).toISOString()}`;
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
