import type { ImportError } from '../../entities/index.js';
import { isConnectionLost } from '../database/connection-lost.js';
import { gaveWay } from '../database/gave-way.js';
import { againAfterDatabase, refusedCredentials, saysWhen, triedAgainIn } from './after-failure.js';
import { spent, type Again, type Attempt } from './attempt.js';
import { AttemptLost, describeFailure, ImportCancelled, LookLost } from './failure.js';
import { countRefusal } from './store/refusals.js';

/**
 * Ends an attempt that did not end well: its import failed, was cancelled, is tried again later, or is handed back because the process
 * is asked to stop (`outside`), lost the database, or met others there who went first. Nothing of the attempt may be under way any more. Rejects when the process is
 * stopping, after that, or the database is away.
 */
export async function endAttempt(attempt: Attempt, error: unknown, outside: AbortSignal): Promise<Again | undefined> {
  const { deps, run, stop } = attempt;
  // What was stopped fails in many ways; the reason is what counts.
  let cause: unknown = stop.signal.aborted ? stop.signal.reason : error;
  for (;;) {
    try {
      return await ending(attempt, cause, outside);
    } catch (found) {
      if (found instanceof AttemptLost) {
        deps.logger.info({ importId: run.id, attempt: run.attempt }, 'another attempt took this import over');
        return undefined;
      }
      // That somebody cancelled is found out only now, by the row.
      if (!(found instanceof ImportCancelled) || cause instanceof ImportCancelled) throw found;
      cause = found;
    }
  }
}

async function ending(attempt: Attempt, cause: unknown, outside: AbortSignal): Promise<Again | undefined> {
  const { deps, run, hold, remarks } = attempt;
  const about = { importId: run.id, tenantId: run.tenantId, attempt: run.attempt };
  if (cause instanceof AttemptLost) throw cause;
  if (cause instanceof ImportCancelled) return over(attempt, null);
  if (outside.aborted) {
    await hold.handBack({ inSeconds: 0, counts: false, error: null, remarks, calls: spent(attempt) });
    deps.logger.info(about, 'import handed back');
    throw cause;
  }
  if (isConnectionLost(cause) || gaveWay(cause) || cause instanceof LookLost) {
    const inSeconds = againAfterDatabase(run);
    await hold.handBack({ inSeconds, counts: true, error: null, remarks, calls: spent(attempt) });
    deps.logger.info({ ...about, inSeconds, err: cause }, 'the database was lost, or ended a statement; the import is taken up again');
    return { inSeconds };
  }
  const failure = describeFailure(cause);
  const said = { ...about, actor: failure.actor, code: failure.code, ...(failure.actor === 'isthmus' ? { err: cause } : {}) };
  const inSeconds = triedAgainIn(run, failure);
  if (inSeconds === null) {
    deps.logger.error(said, 'import failed');
    return over(attempt, failure);
  }
  deps.logger.warn({ ...said, inSeconds }, 'an attempt of an import failed; it is tried again');
  await hold.handBack({ inSeconds, counts: true, error: failure, remarks: [...remarks, saysWhen(inSeconds, run)], calls: spent(attempt) });
  return { inSeconds };
}

/** The end of an import that failed for good; without an error, of one that was cancelled. */
async function over(attempt: Attempt, error: ImportError | null): Promise<undefined> {
  const { run, store, remarks } = attempt;
  if (attempt.planned > 0 && !run.preview) {
    const what = error ? 'It failed' : 'It was cancelled';
    remarks.push(`${what} after ${attempt.ended} of ${attempt.planned} changes; what was done stays done, and the rest was not begun.`);
  } else if (!error) remarks.push('It was cancelled before anything was changed.');
  const counts = await store.counts(run.preview, { clients: 0, licences: 0 });
  const refused = error ? refusedCredentials(error) : undefined;
  await attempt.hold.finish(error ? 'failed' : 'cancelled', { counts, error, remarks, calls: spent(attempt) }, async (query) => {
    if (refused) await countRefusal(query, run.tenantId, refused);
  });
  return undefined;
}
