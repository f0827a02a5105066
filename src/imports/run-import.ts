import type { DataSource } from 'typeorm';
import type { Import, ImportState } from '../../entities/index.js';
import { applyPlan, type Decisions } from './apply/apply-plan.js';
import { rememberShown } from './apply/remember-shown.js';
import { spent, type Again, type Attempt, type ImportDeps } from './attempt.js';
import { endAttempt } from './end-attempt.js';
import { AttemptLost, ImportCancelled, ImportFailure } from './failure.js';
import { goesFirst } from './goes-first.js';
import { digestOf } from './guard/guard.js';
import { holdBack } from './guard/hold-back.js';
import { makePlan } from './make-plan.js';
import { Confirmation, Heartbeat, type Held } from './heartbeat.js';
import { reporter, type Progress } from './report-progress.js';
import { claimImport, ImportHold } from './store/import-row.js';
import { replaceWaiting } from './store/approvals.js';
import { ownersOfImport, releaseLinks } from './store/owners.js';
import { PlanStore } from './store/plan-store.js';
import { execute } from './store/query.js';
import { CLIENTS, licencesFor, storeShown, type Shown } from './store/shown.js';
import { credentialsWorked } from './store/refusals.js';
import { MOST_TRIES } from './store/take-over.js';
import { tidyMarketplace } from './tidy-marketplace.js';

export type { Again, Connecting, ImportDeps, Vendors, WritesGuard } from './attempt.js';

/** Skips that call for nobody: the marketplace, or a person, already said the last word. */
const SETTLED_SKIPS = ['ended', 'ignored', 'trial'];

/**
 * Runs one attempt of an import, from taking it to its honest ending: look, plan, guard, apply. Never throws for what an import can
 * end with. An import that may not be taken now is left alone; an attempt that another one took over ends quietly.
 *
 * Rejects when `signal` stopped it, once the write that was under way has ended and the import is handed back; and when the database
 * is away: then the import stays running, and is taken up again after it was silent for long enough.
 */
export async function runImport(deps: ImportDeps, importId: string, signal: AbortSignal): Promise<Again | undefined> {
  signal.throwIfAborted();
  const taken = new Confirmation(deps.heartbeat?.clocks);
  const run = await taken.by(() => claimImport(deps.dataSource, importId));
  if (!run) return undefined;
  const hold = new ImportHold(deps.dataSource, importId, run.attempt);
  const stop = new AbortController();
  const store = new PlanStore(hold, { psaInstanceId: run.psaInstanceId, tenantId: run.tenantId });
  const calls = { marketplace: run.callsMarketplace, psa: run.callsPsa };
  const heartbeat = new Heartbeat(hold, stop, {
    ...deps.heartbeat,
    taken,
    ...(deps.watchMs === undefined ? {} : { watchMs: deps.watchMs }),
  });
  const attempt: Attempt = {
    deps,
    run,
    hold,
    store,
    stop,
    heartbeat,
    signal: AbortSignal.any([signal, stop.signal]),
    calls,
    remarks: [],
    ended: 0,
    planned: 0,
  };
  try {
    const { state, counts, digest } = await work(attempt);
    const result = { counts, error: null, remarks: attempt.remarks, calls: spent(attempt), ...(digest === undefined ? {} : { digest }) };
    // Only imports of the tenant count refusals, and no other one runs.
    await hold.finish(state, result, attempt.refused ? (query) => credentialsWorked(query, run.tenantId) : undefined);
    deps.logger.info({ importId, tenantId: run.tenantId, state, counts }, 'import finished');
    return undefined;
  } catch (error) {
    return await endAttempt(attempt, error, signal);
  } finally {
    heartbeat.end();
    attempt.reporting?.end();
    stop.abort();
    attempt.vendors?.close();
  }
}

async function work(attempt: Attempt): Promise<{ state: ImportState; counts: Import['counts']; digest?: string }> {
  const { deps, run, hold, store, remarks, heartbeat } = attempt;
  if (run.tries > MOST_TRIES) {
    const message = `${MOST_TRIES} attempts were begun and none came to an end: their processes died or lost the database. What they did stays done. Look into the log around their times, then import again.`;
    throw new ImportFailure('isthmus', 'too_many_attempts', message);
  }
  if (run.cancelRequestedAt) throw new ImportCancelled();
  const whole = !run.preview && run.customerId === null && run.clientId === null;
  if (whole && run.anotherWaits) await hold.fenced((query) => replaceWaiting(query, run));
  const { tenant, psaInstance, linksLeft } = await ownersOfImport(deps.dataSource, run);
  if (!tenant.enabled || tenant.archivedAt || !psaInstance.enabled || psaInstance.archivedAt) {
    throw new ImportFailure(
      'configuration',
      'disabled',
      'The tenant or its PSA instance is switched off or archived. Switch it on, then import again.',
    );
  }
  if (linksLeft) await hold.fenced((query) => releaseLinks(query, psaInstance.id));
  attempt.refused = tenant.refusals > 0;
  attempt.vendors = await deps.connect(tenant, psaInstance, attempt.signal, { writes: heartbeat, scheduled: !goesFirst(run) });
  const { psa } = attempt.vendors;
  const reporting = reporter(
    hold,
    () => deps.now(),
    () => spent(attempt),
  );
  attempt.reporting = reporting;
  const progress = stopping(attempt, reporting.progress);
  const wait = (ms: number): Promise<void> => pause(attempt, ms);
  const keys = { client: psaInstance.clientKeysKept, licence: psaInstance.licenceKeysKept };
  const rememberKeys = async (of: 'client' | 'licence', kept: boolean): Promise<void> => {
    keys[of] = kept;
    const column = of === 'client' ? 'client_keys_kept' : 'licence_keys_kept';
    await hold.fenced((query) => query(`UPDATE psa_instances SET ${column} = $2 WHERE id = $1`, [psaInstance.id, kept]));
  };
  const marketplace = tidyMarketplace(attempt.vendors.marketplace);
  const made = await makePlan({
    ...deps,
    ...attempt.vendors,
    marketplace,
    hold,
    store,
    tenant,
    psaInstance,
    run,
    progress,
    wait,
    rememberKeys,
    remarks,
  });

  const { plan } = made;
  await holdBack({ dataSource: deps.dataSource, store, run, tenant }, plan.weighed, made.looks);
  const planned = await store.plannedCounts();
  attempt.planned = Object.values(planned).reduce((sum, count) => sum + count, 0);
  await progress('plan', 0, attempt.planned);
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
    const writes = {
      writesNeed: (held: Held) => heartbeat.andAlso(held),
      ...(deps.heartbeat?.clocks && { clocks: deps.heartbeat.clocks }),
    };
    const keep = <T>(of: Shown<T>, shown: readonly T[]): Promise<void> =>
      storeShown(deps.dataSource, (inside) => hold.fenced(inside), of, tenant.id, shown);
    const remembering = rememberShown(psa, {
      clients: (shown) => keep(CLIENTS, shown),
      licences: (shown) => keep(licencesFor(tenant.marketplace), shown),
    });
    if (!isNothing(plan, planned))
      await applyPlan(
        {
          dataSource: deps.dataSource,
          psa: remembering.psa,
          store,
          tenantId: tenant.id,
          psaInstanceId,
          recordsPerCall: psaInstance.recordsPerCall,
          licencesThere: made.there.licences.count,
          advance,
          wait,
          ...writes,
          keys,
          rememberKeys,
        },
        plan,
        planned,
        made.there,
      );
    await remembering.flush();
  }
  const counts = await store.counts(run.preview, plan.unchanged);
  const open = counts.skipped > 0 ? await openSkips(deps.dataSource, run.id) : 0;
  if (counts.held > 0 && !run.preview) return { counts, state: 'needs_approval', digest: digestOf(await store.heldNames()) };
  return { counts, state: counts.failed > 0 ? 'partly_failed' : open > 0 ? 'succeeded_with_skips' : 'succeeded' };
}

/** Whether a plan leaves nothing to do, and nothing to note. */
function isNothing({ mappings, forgotten, links }: Decisions, planned: Readonly<Record<string, number>>): boolean {
  return mappings.length + forgotten.length + links.length === 0 && Object.values(planned).every((count) => count === 0);
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
  const rows = await execute<{ n: number }>(
    dataSource,
    `SELECT count(*)::int AS n FROM skips WHERE import_id = $1 AND NOT (reason = ANY($2))`,
    [importId, SETTLED_SKIPS],
  );
  return rows[0]!.n;
}
