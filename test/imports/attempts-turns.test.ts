import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SAFE_AFTER_MS } from '../../src/imports/store/take-over.js';
import type { Call } from '../../src/sandbox/index.js';
import { snapshot } from '../support/snapshot.js';
import { begin, haltCall, processOn, silentFor } from './halted.js';
import { stage, type Stage } from './stage.js';

/** Lists of several pages: after the first one's answer follow turns for others, and nothing is stored before. */
const SCENE = { customers: 16, subscriptions: 12, psa: { pageCaps: { client: 3, site: 3, licence: 3, ticket: 3, other: 3 } } };

/** What goes on beside the calls of a process, which stands still with it: this far apart, in milliseconds, it never comes to it. */
const NEVER_MS = 2 ** 31 - 1;

const ofHalo = ({ vendor }: Call): boolean => vendor === 'psa';

describe('An attempt that stood still between an answer from Halo and its next turn, while another finished the import', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage({ ...SCENE, asInService: true });
  });
  beforeEach(() => on.reset(SCENE));
  afterAll(() => on.close());

  it.each<[string, (call: Call) => boolean]>([
    ['it signed in', (call) => call.path.startsWith('/auth/token')],
    ['it saw a page of clients', (call) => call.path.startsWith('/api/Client')],
    ['it saw a page of licences', (call) => call.path.startsWith('/api/SoftwareLicence')],
  ])('takes no turn in the shared budget, and writes nothing at all, after %s', async (_what, chosen) => {
    // Halo has licences of ours, then.
    await on.run();
    const id = await on.queue();
    const halted = haltCall(on.sandbox, 'handled', (call) => ofHalo(call) && chosen(call));
    const { deps, sleep } = processOn(on);
    const attempt = begin({ ...deps, watchMs: NEVER_MS, heartbeat: { ...deps.heartbeat, everyMs: NEVER_MS } }, id);
    await halted.reached;
    sleep(SAFE_AFTER_MS + 1000);
    await silentFor(on, id, SAFE_AFTER_MS / 1000 + 1);
    await begin(on.deps, id);
    expect((await on.result(id)).row).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, error: null });

    const before = await snapshot(on.database.dataSource);
    on.sandbox.kernel.calls.clear();
    halted.letGo();
    await attempt;
    expect(on.sandbox.kernel.calls.all().filter(ofHalo)).toEqual([]);
    expect(await snapshot(on.database.dataSource)).toEqual(before);
  });
});
