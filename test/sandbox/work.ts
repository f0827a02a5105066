import { Session } from 'node:inspector/promises';

/** Where the sandbox's compiled files are. */
const SANDBOX = new URL('../../src/sandbox/', import.meta.url).pathname;

/**
 * How much the sandbox does while something goes on, counted and so the same on every machine: calls of functions of its own. What goes on
 * inside one call, such as a copy of an array, is not seen.
 */
export async function workOf(action: () => unknown): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await action();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const counts = result
      .filter(({ url }) => url.startsWith(SANDBOX) || url.startsWith(`file://${SANDBOX}`))
      .flatMap(({ functions }) => functions.map(({ ranges }) => ranges[0]?.count ?? 0));
    return counts.reduce((sum, count) => sum + count, 0);
  } finally {
    session.disconnect();
  }
}
