import { createHash } from 'node:crypto';
import {
  startSandbox,
  type MarketplaceSwitches,
  type PsaSwitches,
  type Sandbox,
  type SandboxCredentials,
} from '../../../src/sandbox/index.js';
import { standing, type Before } from '../../imports/expected.js';
import { answer } from './answer.js';
import { countCalls, noCalls } from './counts.js';
import { faultsOf, type Imported } from './end-state.js';
import { plainWorld } from './plain-world.js';

/** Which sandboxes are wanted. Neither throttles unless its switches say so. */
export interface SandboxWish {
  /** `usual`: as a real account looks, with all its oddities; `plain`: every subscription in force becomes a licence, see `plain-world.ts`. */
  world: 'usual' | 'plain';
  customers: number;
  subscriptions: number;
  /** How many, each with a world of its own. Default 1. */
  count?: number;
  /** How long each call waits before it is handled, in milliseconds. */
  latencyMs?: number;
  switches?: { marketplace?: Partial<MarketplaceSwitches>; psa?: Partial<PsaSwitches> };
}

interface Stand {
  sandbox: Sandbox;
  before: Before;
  /** Of the marketplace's world: nobody may change it. */
  print: string;
}

const stands: Stand[] = [];
let wish: SandboxWish | undefined;
let counts = noCalls();

answer({
  start: async (wanted: SandboxWish): Promise<SandboxCredentials[]> => {
    wish = wanted;
    const { customers, subscriptions, count = 1, switches = {} } = wanted;
    for (let seed = 1; seed <= count; seed += 1) {
      const sandbox = await startSandbox({
        // What is replaced is not made first.
        ...(wanted.world === 'plain' ? { customers: 3, subscriptions: 3 } : { customers, subscriptions }),
        seed,
        switches: { marketplace: { throttle: null, ...switches.marketplace }, psa: { rateLimit: null, ...switches.psa } },
      });
      const stand = { sandbox, before: { clients: [], licences: [], sites: [] }, print: '' };
      stands.push(stand);
      furnish(stand);
    }
    return stands.map(({ sandbox }) => sandbox.credentials);
  },
  /** Begins again with the same worlds. */
  reset: () => {
    for (const stand of stands) {
      stand.sandbox.reset();
      furnish(stand);
    }
    counts = noCalls();
  },
  /** Lets this much of the sandboxes' time pass, in milliseconds. */
  advance: (ms: number) => stands.forEach(({ sandbox }) => sandbox.kernel.clock.advance(ms)),
  /** Lets their time pass so many times as fast from now on, as it does in a worker with this speed. */
  hurry: (times: number) => stands.forEach(({ sandbox: { kernel } }) => hurry(kernel.clock, times)),
  /** How many calls the marketplaces let pass from now on. */
  throttle: (throttle: MarketplaceSwitches['throttle']) => stands.forEach(({ sandbox }) => sandbox.marketplace.set({ throttle })),
  /** What was called since the last time this was asked. */
  counts: () => {
    const since = counts;
    counts = noCalls();
    return since;
  },
  /** What the PSAs hold, as one text: the same text, the same records. */
  holds: () => stands.map(({ sandbox }) => printOf(standing(sandbox))).join(),
  /** What is wrong after an import of everything into the sandbox at this place: nothing, if all is well. */
  faults: async ({ at = 0, ...imported }: Imported & { at?: number }) => {
    const stand = stands[at];
    if (!stand) throw new Error(`There is no sandbox ${at}.`);
    const changed = worldOf(stand.sandbox) === stand.print ? [] : ['The marketplace was changed.'];
    return [...changed, ...(await faultsOf(stand.sandbox, stand.before, imported))];
  },
});

function furnish(stand: Stand): void {
  const { sandbox } = stand;
  const { world = 'usual', customers = 0, subscriptions = 0, latencyMs } = wish ?? {};
  if (world === 'plain') {
    const today = new Date(sandbox.kernel.clock.now()).toISOString().slice(0, 10);
    sandbox.data = plainWorld(sandbox.data, { customers, subscriptions }, today);
    sandbox.marketplace.reset(sandbox.data.marketplace);
    sandbox.psa.reset(sandbox.data.psa);
  }
  if (latencyMs !== undefined) {
    for (const vendor of ['marketplace', 'psa'] as const) sandbox.kernel.faults.add({ vendor, delayMs: latencyMs, times: 0 });
  }
  countCalls(sandbox, () => counts);
  stand.before = standing(sandbox);
  stand.print = worldOf(sandbox);
}

function hurry(clock: Sandbox['kernel']['clock'], times: number): void {
  const usual = clock.now.bind(clock);
  const since = usual();
  clock.now = () => since + (usual() - since) * times;
}

function worldOf({ marketplace: { world } }: Sandbox): string {
  const hash = createHash('sha256');
  for (const table of [world.customers, world.subscriptions, world.orders])
    for (const row of table.newestFirst()) hash.update(JSON.stringify(row));
  return hash.digest('hex');
}

function printOf({ clients, licences, sites }: Before): string {
  const hash = createHash('sha256');
  for (const row of [...clients, ...licences, ...sites]) hash.update(JSON.stringify(row));
  return hash.digest('hex');
}
