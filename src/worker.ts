import { setTimeout } from 'node:timers/promises';
import { runImport } from './imports/run-import.js';
import { withLogFields } from './observability/log-context.js';
import type { Services } from './services.js';

/** Imports that one process runs at a time. More would only wait for the same budgets. */
const AT_ONCE = 2;

/** Runs imports from the queue until the queue is stopped. */
export async function importWorker(services: Services): Promise<() => Promise<void>> {
  const { dataSource, queue, logger, connect, clock } = services;
  const deps = {
    dataSource,
    connect,
    logger,
    now: () => clock.now(),
    sleep: (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }),
  };
  await queue.workImports((importId, signal) => withLogFields({ importId }, () => runImport(deps, importId, signal)), AT_ONCE);
  return () => queue.stop();
}
