import { beforeAll, describe, expect, it } from '@jest/globals';
import { Change } from '../../entities/index.js';
import type { Call, Sandbox } from '../../src/sandbox/index.js';
import { atCall, isCreate, isWrite, type Turn } from './at-call.js';
import { activeLicences, endState, twins } from './end-state.js';
import { scenario, type Tally } from './figures.js';
import { Installation } from './installation.js';
import { inLanes, type Size } from './lanes.js';
import { FIRST_IMPORT, NEXT_DAY, type Plot } from './plots.js';
import { undisturbed, type Undisturbed } from './undisturbed.js';

const SMALL: Size = { customers: 6, subscriptions: 5 };
const MIDDLE: Size = { customers: 12, subscriptions: 10 };
const LARGE: Size = { customers: 60, subscriptions: 50 };

/** Several at a time: most of their time goes by waiting for each other's processes. */
const LANES = 3;

const CHECKED = 'end state as undisturbed, no twin, nothing ended but what ended there, one more import writes nothing';

interface At {
  turn: Turn;
  nth: number;
  chosen?: (call: Call) => boolean;
  plot?: Plot;
}

/** Kills the worker of an import at a call, lets another process finish it, and compares. */
async function killAndCompare(sandbox: Sandbox, to: Undisturbed, at: At, tally: Tally): Promise<void> {
  const { plot = FIRST_IMPORT } = at;
  const installation = await Installation.on(sandbox);
  try {
    const victim = await installation.start('all');
    await plot.prepare(installation, victim);
    sandbox.kernel.calls.clear();
    const before = activeLicences(sandbox);
    const died = atCall(sandbox, at.turn, at.nth, () => victim.kill(), at.chosen);
    const importId = await plot.start(installation, victim);
    await died;
    await victim.ended;
    await installation.letTimePass(importId);
    const other = await installation.start('all');
    const row = await installation.over(importId);

    const where = `killed with call ${at.nth} ${at.turn}`;
    expect({ where, state: row.state, error: row.error }).toEqual({ where, state: 'succeeded_with_skips', error: null });
    expect(twins(sandbox)).toEqual([]);
    const now = activeLicences(sandbox);
    expect({ where, ended: before.filter((id) => !now.includes(id)) }).toEqual({ where, ended: to.ended });
    expect({ where, ...(await endState(installation)) }).toEqual({ where, ...to.state });
    expect(await installation.dataSource.getRepository(Change).findBy([{ state: 'sent' }, { state: 'planned' }])).toEqual([]);

    tally.runs += 1;
    tally.add('attempts', row.attempt);
    tally.add('calls', sandbox.kernel.calls.count());
    const writes = sandbox.psa.writes();
    const again = await installation.over(await plot.start(installation, other));
    expect(again.state).toBe('succeeded_with_skips');
    expect(sandbox.psa.writes()).toEqual(writes);
  } finally {
    await installation.close();
  }
}

describe('When the worker of an import is killed', () => {
  describe('in a small world', () => {
    let whole: Undisturbed;
    beforeAll(async () => {
      whole = await undisturbed(SMALL);
    });

    it(
      'after any vendor call, another process makes of it what it would have been',
      scenario('SIGKILL after every call of a small import', CHECKED, async (tally) => {
        const calls = whole.calls.map((_call, nth) => nth);
        await inLanes(SMALL, calls, LANES, (nth, sandbox) => killAndCompare(sandbox, whole, { turn: 'answered', nth }, tally));
        expect(tally.runs).toBe(whole.calls.length);
      }),
    );

    it(
      'between Halo storing a record and our hearing so, no twin comes of it',
      scenario('SIGKILL between stored and heard, small', CHECKED, async (tally) => {
        const creates = whole.calls.filter(isCreate).map((_call, nth) => nth);
        await inLanes(SMALL, creates, LANES, (nth, sandbox) =>
          killAndCompare(sandbox, whole, { turn: 'handled', nth, chosen: isCreate }, tally),
        );
        expect(tally.runs).toBeGreaterThan(2);
      }),
    );
  });

  describe('in a larger world', () => {
    let whole: Undisturbed;
    beforeAll(async () => {
      whole = await undisturbed(LARGE);
    });

    it(
      'after some vendor calls, another process makes of it what it would have been',
      scenario('SIGKILL after 8 calls of a larger import', CHECKED, async (tally) => {
        const calls = Array.from({ length: 8 }, (_call, at) => Math.round(((at + 1) * (whole.calls.length - 1)) / 8));
        await inLanes(LARGE, calls, 4, (nth, sandbox) => killAndCompare(sandbox, whole, { turn: 'answered', nth }, tally));
      }),
    );

    it(
      'between Halo storing many and our hearing so, no twin comes of it',
      scenario('SIGKILL between stored and heard, larger', CHECKED, async (tally) => {
        const creates = whole.calls.filter(isCreate).map((_call, nth) => nth);
        await inLanes(LARGE, creates, 4, (nth, sandbox) =>
          killAndCompare(sandbox, whole, { turn: 'handled', nth, chosen: isCreate }, tally),
        );
        expect(tally.runs).toBeGreaterThan(2);
      }),
    );
  });

  describe("in the integrator's import of another day", () => {
    let whole: Undisturbed;
    beforeAll(async () => {
      whole = await undisturbed(MIDDLE, NEXT_DAY);
    });

    it(
      'it ends what is gone, and nothing else, whoever finishes it',
      scenario('SIGKILL in an import that updates and ends', CHECKED, async (tally) => {
        expect(whole.ended).toHaveLength(3);
        const calls = whole.calls.flatMap((_call, nth) => (nth % 3 === 1 ? [nth] : []));
        const writes = whole.calls.filter(isWrite).map((_call, nth) => nth);
        const points: At[] = [
          ...calls.map((nth): At => ({ turn: 'answered', nth })),
          ...writes.map((nth): At => ({ turn: 'handled', nth, chosen: isWrite })),
        ];
        await inLanes(MIDDLE, points, LANES, (at, sandbox) => killAndCompare(sandbox, whole, { ...at, plot: NEXT_DAY }, tally));
      }),
    );
  });
});
