import type { DataSource } from 'typeorm';
import { PsaInstance, Tenant, type Import, type ImportState } from '../../entities/index.js';
import { applyPlan } from './apply/apply-plan.js';
import { isConnectionLost } from '../database/connection-lost.js';
import { AttemptLost, describeFailure, ImportCancelled, ImportFailure } from './failure.js';
import { digestOf, nameOfChange } from './guard/guard.js';
import { holdBack } from './guard/hold-back.js';
import { makePlan } from './make-plan.js';
import { reporter, watch, type Progress } from './report-progress.js';
import { claimImport, ImportHold } from './store/import-row.js';
import { replaceWaiting } from './store/approvals.js';
import { PlanStore } from './store/plan-store.js';
import { tidyMarketplace } from './tidy-marketplace.js';
import type { Marketplace, Psa, PsaForm } from './vendors.js';

/** The two vendors as one tenant reaches them. */
export interface Vendors {
  marketplace: Marketplace;
  psa: Psa;
  form: PsaForm;
  /** Closes idle connections. */
  close(): void;
}

export interface ImportDeps {
  dataSource: DataSource;
  /** Opens the clients of a tenant, secrets and all. Called once for each attempt. */
  connect(tenant: Tenant, psaInstance: PsaInstance, signal: AbortSignal): Promise<Vendors>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits, unless the signal says to stop. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  logger: { info(data: object, message: string): void; error(data: object, message: string): void };
  /** How often an attempt looks whether it is to stop, in milliseconds. Default 2000. */
  watchMs?: number;
}

/** How often an attempt looks whether it was cancelled or taken over while everybody waits, in milliseconds. */
const WATCH_MS = 2000;

/** Skips that call for nobody: the marketplace, or a person, already said the last word. */
const SETTLED_SKIPS = ['ended', 'ignored', 'trial'];

/**
 * Runs one attempt of an import, from taking it to its honest ending: look, plan, guard, apply. Never throws for what an import can
 * end with; an attempt that another one took over ends quietly. Rejects only when `signal` stopped it, or the database is away: then
 * the import stays running, and another attempt takes it up.
 */
export async function runImport(deps: ImportDeps, importId: string, signal: AbortSignal): Promise<void> {
  const run = await claimImport(deps.dataSource, importId);
  if (!run) return;
  const hold = new ImportHold(deps.dataSource, importId, run.attempt);
  if (!run.preview && run.customerId === null && run.clientId === null) await hold.fenced((query) => replaceWaiting(query, run));
  const stop = new AbortController();
  const store = new PlanStore(hold, { psaInstanceId: run.psaInstanceId, tenantId: run.tenantId });
  const calls = { marketplace: run.callsMarketplace, psa: run.callsPsa };
  const attempt: Attempt = { deps, run, hold, store, stop, signal: AbortSignal.any([signal, stop.signal]), calls, remarks: [], ended: 0, planned: 0 };
  const watching = watch(hold, stop, deps.watchMs ?? WATCH_MS);
  try {
    const { state, counts, digest } = await work(attempt);
    await hold.finish(state, { counts, error: null, remarks: attempt.remarks, calls: spent(attempt), ...(digest === undefined ? {} : { digest }) });
    deps.logger.info({ importId, tenantId: run.tenantId, state, counts }, 'import finished');
  } catch (error) {
    await end(attempt, error, signal);
  } finally {
    watching.end();
    stop.abort();
    attempt.vendors?.close();
  }
}

interface Attempt {
  deps: ImportDeps;
  run: Import;
  hold: ImportHold;
  store: PlanStore;
  /** Stops all that is under way, its reason being why. */
  stop: AbortController;
  /** Aborted by `stop`, or from outside. */
  signal: AbortSignal;
  /** Calls of the attempts before this one. */
  calls: { marketplace: number; psa: number };
  vendors?: Vendors;
  remarks: string[];
  /** Changes planned, and how many of them have ended. */
  planned: number;
  ended: number;
}

function spent({ calls, vendors }: Attempt): { marketplace: number; psa: number } {
  return { marketplace: calls.marketplace + (vendors?.marketplace.calls.made ?? 0), psa: calls.psa + (vendors?.psa.calls.made ?? 0) };
}

async function work(attempt: Attempt): Promise<{ state: ImportState; counts: Import['counts']; digest?: string }> {
  const { deps, run, hold, store, remarks } = attempt;
  const tenant = await deps.dataSource.getRepository(Tenant).findOneByOrFail({ id: run.tenantId });
  const psaInstance = await deps.dataSource.getRepository(PsaInstance).findOneByOrFail({ id: run.psaInstanceId });
  if (!tenant.enabled || tenant.archivedAt || !psaInstance.enabled || psaInstance.archivedAt) {
    throw new ImportFailure('configuration', 'disabled', 'The tenant or its PSA instance is switched off or archived. Switch it on, then import again.');
  }
  attempt.vendors = await deps.connect(tenant, psaInstance, attempt.signal);
  const { psa } = attempt.vendors;
  const progress = stopping(attempt, reporter(hold, deps.now, () => spent(attempt)));
  const wait = (ms: number): Promise<void> => pause(attempt, ms);
  const keys = { client: psaInstance.clientKeysKept, licence: psaInstance.licenceKeysKept };
  const rememberKeys = async (of: 'client' | 'licence', kept: boolean): Promise<void> => {
    keys[of] = kept;
    const column = of === 'client' ? 'client_keys_kept' : 'licence_keys_kept';
    await hold.fenced((query) => query(`UPDATE psa_instances SET ${column} = $2 WHERE id = $1`, [psaInstance.id, kept]));
  };
  const marketplace = tidyMarketplace(attempt.vendors.marketplace);
  const made = await makePlan({ ...deps, ...attempt.vendors, marketplace, hold, store, tenant, psaInstance, run, progress, wait, rememberKeys, remarks });

  const { input } = made;
  const { plan, held, remarks: guarded } = await holdBack(deps.dataSource, run, tenant, made.plan, input);
  remarks.push(...guarded);
  attempt.planned = plan.changes.length - held.size;
  await progress('plan', 0, attempt.planned);
  const stored = await store.storePlan(plan, held);
  if (run.preview) {
    // A preview fills the mapping list with what a person must decide, and decides nothing itself.
    await store.storeMappings(
      plan.mappings.filter((mapping) => mapping.state !== 'mapped'),
      plan.forgotten,
    );
  } else {
    const advance = async (more: number): Promise<void> => {
      attempt.ended += more;
      attempt.signal.throwIfAborted();
      await progress('apply', attempt.ended, attempt.planned);
    };
    const { id: psaInstanceId } = psaInstance;
    await applyPlan({ dataSource: deps.dataSource, psa, store, tenantId: tenant.id, psaInstanceId, licencesThere: input.licences.length, advance, wait, keys, rememberKeys }, plan, stored, input);
  }
  const counts = await store.counts(run.preview, plan.unchanged);
  const open = await openSkips(deps.dataSource, run.id);
  if (held.size > 0 && !run.preview) return { counts, state: 'needs_approval', digest: digestOf([...held.keys()].map(nameOfChange)) };
  return { counts, state: counts.failed > 0 ? 'partly_failed' : open > 0 ? 'succeeded_with_skips' : 'succeeded' };
}

/** Progress that, when it finds the import cancelled or taken over, stops everything that is under way. */
function stopping({ stop }: Attempt, progress: Progress): Progress {
  return async (...args) => {
    try {
      await progress(...args);
    } catch (error) {
      if (error instanceof ImportCancelled || error instanceof AttemptLost) stop.abort(error);
      throw error;
    }
  };
}

async function pause({ deps, signal }: Attempt, ms: number): Promise<void> {
  signal.throwIfAborted();
  try {
    await deps.sleep(ms, signal);
  } catch (error) {
    // Timers reject with an error of their own: why they were stopped is in the signal.
    signal.throwIfAborted();
    throw error;
  }
}

async function openSkips(dataSource: DataSource, importId: string): Promise<number> {
  const rows = (await dataSource.query(`SELECT count(*)::int AS n FROM skips WHERE import_id = $1 AND NOT (reason = ANY($2))`, [importId, SETTLED_SKIPS])) as { n: number }[];
  return rows[0]!.n;
}

async function end(attempt: Attempt, error: unknown, outside: AbortSignal): Promise<void> {
  const { deps, run, hold, store, stop, remarks } = attempt;
  // What was stopped fails in many ways; the reason is what counts.
  const cause: unknown = stop.signal.aborted ? stop.signal.reason : error;
  if (cause instanceof AttemptLost) {
    deps.logger.info({ importId: run.id, attempt: run.attempt }, 'another attempt took this import over');
    return;
  }
  const cancelled = cause instanceof ImportCancelled;
  // The process is going down, or the database is away: the import stays running and is taken up again.
  if (!cancelled && (outside.aborted || isConnectionLost(cause))) throw cause;
  const failure = cancelled ? null : describeFailure(cause);
  if (failure) deps.logger.error({ importId: run.id, tenantId: run.tenantId, code: failure.code, ...(failure.actor === 'isthmus' ? { err: cause } : {}) }, 'import failed');
  if (attempt.planned > 0 && !run.preview) {
    const what = cancelled ? 'It was cancelled' : 'It failed';
    remarks.push(`${what} after ${attempt.ended} of ${attempt.planned} changes; what was done stays done, and the rest was not begun.`);
  } else if (cancelled) remarks.push('It was cancelled before anything was changed.');
  try {
    const counts = await store.counts(run.preview, { clients: 0, licences: 0 });
    await hold.finish(cancelled ? 'cancelled' : 'failed', { counts, error: failure, remarks, calls: spent(attempt) });
  } catch (lost) {
    if (!(lost instanceof AttemptLost)) throw lost;
  }
}
