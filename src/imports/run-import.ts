import type { DataSource } from 'typeorm';
import { PsaInstance, Tenant, type Import, type ImportState } from '../../entities/index.js';
import { applyPlan } from './apply/apply-plan.js';
import type { ApplyContext } from './apply/context.js';
import { AttemptLost, describeFailure, ImportCancelled, ImportFailure } from './failure.js';
import { makePlan } from './make-plan.js';
import { reporter } from './report-progress.js';
import { claimImport, ImportHold, noCounts } from './store/import-row.js';
import { PlanStore } from './store/plan-store.js';
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
}

/** How long a write that ended unclearly may still be on its way inside the PSA, in milliseconds, before a look says what became of it. */
export const SETTLE_MS = 20_000;

/** Skips that call for nobody: the marketplace, or a person, already said the last word. */
const SETTLED_SKIPS = ['ended', 'ignored', 'trial'];

/**
 * Runs one attempt of an import, from taking it to its honest ending: look, plan, guard, apply. Never throws for what an
 * import can end with; throws `AttemptLost` quietly away, and rethrows nothing the row already tells.
 */
export async function runImport(deps: ImportDeps, importId: string, signal: AbortSignal): Promise<void> {
  const run = await claimImport(deps.dataSource, importId);
  if (!run) return;
  const hold = new ImportHold(deps.dataSource, importId, run.attempt);
  const stop = new AbortController();
  const stopping = AbortSignal.any([signal, stop.signal]);
  const calls = { marketplace: run.callsMarketplace, psa: run.callsPsa };
  const attempt: Attempt = { deps, run, hold, stop, signal: stopping, calls, remarks: [] };
  try {
    const { state, counts } = await work(attempt);
    await hold.finish(state, { counts, error: null, remarks: attempt.remarks, calls: spent(attempt) });
    deps.logger.info({ importId, tenantId: run.tenantId, state, counts }, 'import finished');
  } catch (error) {
    await end(attempt, error);
  } finally {
    stop.abort();
    attempt.vendors?.close();
  }
}

interface Attempt {
  deps: ImportDeps;
  run: Import;
  hold: ImportHold;
  stop: AbortController;
  signal: AbortSignal;
  /** Calls of the attempts before this one. */
  calls: { marketplace: number; psa: number };
  vendors?: Vendors;
  remarks: string[];
  store?: PlanStore;
}

function spent({ calls, vendors }: Attempt): { marketplace: number; psa: number } {
  return { marketplace: calls.marketplace + (vendors?.marketplace.calls.made ?? 0), psa: calls.psa + (vendors?.psa.calls.made ?? 0) };
}

async function work(attempt: Attempt): Promise<{ state: ImportState; counts: Import['counts'] }> {
  const { deps, run, hold } = attempt;
  const tenant = await deps.dataSource.getRepository(Tenant).findOneByOrFail({ id: run.tenantId });
  const psaInstance = await deps.dataSource.getRepository(PsaInstance).findOneByOrFail({ id: run.psaInstanceId });
  if (!tenant.enabled || tenant.archivedAt || !psaInstance.enabled || psaInstance.archivedAt) {
    throw new ImportFailure('configuration', 'disabled', 'The tenant or its PSA instance is switched off or archived. Switch it on, then import again.');
  }
  attempt.vendors = await deps.connect(tenant, psaInstance, attempt.signal);
  const { psa } = attempt.vendors;
  const progress = reporter(hold, deps.now, () => spent(attempt));
  const { plan, input } = await makePlan({ ...deps, ...attempt.vendors, tenant, psaInstance, run, progress, remarks: attempt.remarks });

  await progress('plan', 0, plan.changes.length);
  const store = new PlanStore(hold, { psaInstanceId: psaInstance.id, tenantId: tenant.id });
  attempt.store = store;
  const stored = await store.storePlan(plan);
  if (run.preview) {
    // A preview fills the mapping list with what a person must decide, and decides nothing itself.
    await store.storeOpenMappings(plan.mappings.filter((mapping) => mapping.state !== 'mapped'));
  } else {
    let ended = 0;
    const context: ApplyContext = {
      dataSource: deps.dataSource,
      psa,
      store,
      tenantId: tenant.id,
      psaInstanceId: psaInstance.id,
      advance: async (more) => {
        ended += more;
        attempt.signal.throwIfAborted();
        await progress('apply', ended, stored.length);
      },
      wait: () => deps.sleep(SETTLE_MS, attempt.signal),
      keys: { client: psaInstance.clientKeysKept, licence: psaInstance.licenceKeysKept },
      rememberKeys: async (of, kept) => {
        await deps.dataSource.getRepository(PsaInstance).update({ id: psaInstance.id }, of === 'client' ? { clientKeysKept: kept } : { licenceKeysKept: kept });
        context.keys[of] = kept;
      },
    };
    await applyPlan(context, plan, stored, input);
  }
  const counts = await store.counts(run.preview, plan.unchanged);
  const open = await openSkips(deps.dataSource, run.id);
  return { counts, state: counts.failed > 0 ? 'partly_failed' : open > 0 ? 'succeeded_with_skips' : 'succeeded' };
}

async function openSkips(dataSource: DataSource, importId: string): Promise<number> {
  const rows = (await dataSource.query(`SELECT count(*)::int AS n FROM skips WHERE import_id = $1 AND NOT (reason = ANY($2))`, [importId, SETTLED_SKIPS])) as { n: number }[];
  return rows[0]!.n;
}

async function end(attempt: Attempt, error: unknown): Promise<void> {
  const { deps, run, hold, signal } = attempt;
  if (error instanceof AttemptLost) {
    deps.logger.info({ importId: run.id, attempt: run.attempt }, 'another attempt took this import over');
    return;
  }
  const cancelled = error instanceof ImportCancelled;
  // The process is going down: the import stays running and is taken up again.
  if (signal.aborted && !attempt.stop.signal.aborted && !cancelled) throw error;
  const counts = attempt.store ? await attempt.store.counts(run.preview, { clients: 0, licences: 0 }).catch(() => noCounts()) : noCounts();
  const failure = cancelled ? null : describeFailure(error);
  if (failure) deps.logger.error({ importId: run.id, tenantId: run.tenantId, code: failure.code, ...(failure.actor === 'isthmus' ? { error } : {}) }, 'import failed');
  try {
    await hold.finish(cancelled ? 'cancelled' : 'failed', { counts, error: failure, remarks: attempt.remarks, calls: spent(attempt) });
  } catch (lost) {
    if (!(lost instanceof AttemptLost)) throw lost;
  }
}
