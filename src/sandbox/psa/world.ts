import type { Kernel } from '../kernel.js';
import type { PsaSeed } from './seed.js';
import type { Store } from './store.js';
import type { PsaSwitches } from './switches.js';

/** What every part of the sandbox Halo works on. `seed` and `store` are replaced by a reset. */
export interface World {
  readonly kernel: Kernel;
  readonly switches: Readonly<PsaSwitches>;
  seed: PsaSeed;
  store: Store;
}

/** The sandbox's time as Halo stores it: `YYYY-MM-DDTHH:mm:ss`, UTC. */
export function timestamp(world: World): string {
  return new Date(world.kernel.clock.now()).toISOString().slice(0, 19);
}

/** Whether the application's agent may see this client. Records of no client are seen by all. */
export function seesClient(world: World, clientId: unknown): boolean {
  const only = world.switches.agentRestricted;
  return only === null || typeof clientId !== 'number' || clientId <= 0 || only.includes(clientId);
}
