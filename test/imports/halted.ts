import { runImport, type Again, type ImportDeps, type WritesGuard } from '../../src/imports/run-import.js';
import type { Call, Sandbox } from '../../src/sandbox/index.js';
import { standing } from './expected.js';
import type { Stage } from './stage.js';

/** Something that waits until it is let go. */
export interface Halt {
  /** Settles once it waits. */
  reached: Promise<void>;
  letGo(): void;
}

interface Gate extends Halt {
  wait(): Promise<void>;
}

function gate(): Gate {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    reached: reached.promise,
    letGo: () => opened.resolve(),
    wait: () => {
      reached.resolve();
      return opened.promise;
    },
  };
}

/** Halts the nth of the chosen calls, from 0, when it came in or once it was handled and nothing of it answered. All others pass. */
export function haltCall(sandbox: Sandbox, turn: 'arrived' | 'handled', chosen: (call: Call) => boolean, nth = 0): Halt {
  const halt = gate();
  let seen = 0;
  sandbox.kernel.watch = {
    [turn]: (call: Call): Promise<void> | undefined => {
      if (!chosen(call)) return undefined;
      seen += 1;
      return seen === nth + 1 ? halt.wait() : undefined;
    },
  };
  return halt;
}

/** A process that can be stopped: its clocks go on while it is, and it goes on later where it was. */
export interface Process {
  deps: ImportDeps;
  /** Lets so many milliseconds pass without it. */
  sleep(ms: number): void;
  /** Halts it right before its nth write, from 0. */
  haltBeforeWrite(nth: number): Halt;
  /** Writes it has come to. */
  readonly writes: number;
}

export function processOn(on: Stage): Process {
  let writes = 0;
  let slept = 0;
  let halt: { gate: Gate; nth: number } | undefined;
  const guard = (writesGuard: WritesGuard): WritesGuard => ({
    beforeTurn: () => writesGuard.beforeTurn(),
    async beforeWrite() {
      const mine = writes;
      writes += 1;
      if (halt?.nth === mine) await halt.gate.wait();
      await writesGuard.beforeWrite();
    },
  });
  return {
    deps: {
      ...on.deps,
      heartbeat: { clocks: { monotonic: () => performance.now() + slept, wall: () => Date.now() + slept } },
      connect: (tenant, instance, signal, how) => on.deps.connect(tenant, instance, signal, { ...how, writes: guard(how!.writes!) }),
    },
    sleep: (ms) => (slept += ms),
    haltBeforeWrite: (nth) => (halt = { gate: gate(), nth }).gate,
    get writes() {
      return writes;
    },
  };
}

/** Begins an attempt, and gives what becomes of it. */
export function begin(deps: ImportDeps, importId: string, signal: AbortSignal = new AbortController().signal): Promise<Again | undefined> {
  const attempt = runImport(deps, importId, signal);
  // Looked at later.
  attempt.catch(() => undefined);
  return attempt;
}

/** Makes it so many seconds that the worker of an import was last heard of. */
export async function silentFor(on: Stage, importId: string, seconds: number): Promise<void> {
  await on.database.dataSource.query(`UPDATE imports SET heartbeat_at = clock_timestamp() - make_interval(secs => $2) WHERE id = $1`, [
    importId,
    seconds,
  ]);
}

/** Ends the sessions that hold a lock on creating clients, as Postgres does when they are silent for long. */
export async function endLocks(on: Stage): Promise<void> {
  await on.database.dataSource.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory' AND datname = current_database()`,
  );
}

const TABLES = [
  'imports',
  'changes',
  'skips',
  'links',
  'mappings',
  'customers',
  'subscriptions',
  'subscription_lines',
  'subscription_history',
  'open_orders',
  'tenants',
  'psa_instances',
];

/** Everything that is stored on either side, but for how many calls were made. */
export async function everything(on: Stage): Promise<unknown> {
  const tables: Record<string, unknown> = {};
  for (const table of TABLES) {
    const rows = (await on.database.dataSource.query(
      `SELECT to_jsonb(${table}) AS row FROM ${table} ORDER BY to_jsonb(${table})::text`,
    )) as { row: unknown }[];
    tables[table] = rows.map(({ row }) => row);
  }
  return { tables, psa: standing(on.sandbox), writes: on.sandbox.psa.writes() };
}
