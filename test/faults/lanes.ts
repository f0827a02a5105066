import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';

/** The day that every sandbox of this run is current on: midnight must not make two worlds of one. */
export const TODAY = new Date().toISOString().slice(0, 10);

export interface Size {
  customers: number;
  subscriptions: number;
}

/** A sandbox that neither throttles nor waits, so that nothing is slower than it has to be. */
export function calmSandbox(size: Size): Promise<Sandbox> {
  return startSandbox({ today: TODAY, ...size, switches: { marketplace: { throttle: null }, psa: { rateLimit: null } } });
}

/** Works through items, so many at a time, each lane with a sandbox of its own. All are closed at the end. */
export async function inLanes<T>(
  size: Size,
  items: readonly T[],
  lanes: number,
  work: (item: T, sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    const sandbox = await calmSandbox(size);
    try {
      for (let item = waiting.shift(); item !== undefined && failures.length === 0; item = waiting.shift()) {
        sandbox.reset();
        await work(item, sandbox).catch((error: unknown) => {
          throw new Error(`With ${JSON.stringify(item)}: ${(error as Error).message}`, { cause: error });
        });
      }
    } catch (error) {
      failures.push(error);
    } finally {
      await sandbox.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
