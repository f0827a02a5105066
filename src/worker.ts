import { setTimeout } from 'node:timers/promises';
import { tellOfImport } from './alerts/alerts-worker.js';
import { codeDigest } from './imports/code.js';
import { runImport, type Again } from './imports/run-import.js';
import { withLogFields } from './observability/log-context.js';
import type { Services } from './services.js';

/** Imports that one process runs at a time, beside one that somebody waits for. More would only wait for the same budgets. */
const AT_ONCE = 2;

/** Runs imports from the queue until the function it gives is called; that waits for what is under way. */
export async function importWorker(services: Services): Promise<() => Promise<void>> {
  const { dataSource, queue, logger, connect, clock } = services;
  const deps = {
    dataSource,
    connect,
    logger,
    now: () => clock.now(),
    sleep: (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }),
  };
  const attempt = async (importId: string, signal: AbortSignal): Promise<Again | undefined> => {
    try {
      return await runImport(deps, importId, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      // Handed back: any other process may go on at once.
      return { inSeconds: 0 };
    }
  };
  const telling = new Set<Promise<void>>();
  const work = async (importId: string, signal: AbortSignal, goesFirst: boolean): Promise<void> => {
    const again = await attempt(importId, signal);
    if (again) {
      await queue.enqueueImport(importId, { startAfterSeconds: again.inSeconds, goesFirst });
      return;
    }
    // Beside the next import: a PSA that is slow to take tickets must not keep imports waiting.
    const told = tellOfImport(services, importId, signal).finally(() => telling.delete(told));
    telling.add(told);
  };
  // Before any import: an upgrade may replace the files under a process that goes on with the old ones. An import that needs it tries again, if need be.
  await codeDigest().catch(() => undefined);
  await queue.workImports((importId, signal, goesFirst) => withLogFields({ importId }, () => work(importId, signal, goesFirst)), AT_ONCE);
  return async () => {
    await queue.stop();
    await Promise.all(telling);
  };
}
