import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Call, Sandbox } from '../../src/sandbox/index.js';
import { atCall, isCreate, isWrite, type Turn } from './at-call.js';
import { endState, type EndState, twins } from './end-state.js';
import { scenario, type Tally } from './figures.js';
import { Installation } from './installation.js';
import { inLanes, type Size } from './lanes.js';
import { MovableClock } from './movable-clock.js';
import { snapshot } from '../support/snapshot.js';
import { undisturbed, type Undisturbed } from './undisturbed.js';

const SIZE: Size = { customers: 12, subscriptions: 10 };

const TEN_MINUTES = 600_000;

/** What a worker says that finds its import in other hands. */
const GIVES_UP = 'another attempt took this import over';

interface Stop {
  turn: Turn;
  nth: number;
  chosen?: (call: Call) => boolean;
}

/** Stops a worker in mid-import for longer than its heartbeat, lets another finish, wakes it, and looks at everything it could have written. */
async function stopAndWake(sandbox: Sandbox, state: EndState, at: Stop, tally: Tally): Promise<void> {
  const installation = await Installation.on(sandbox);
  const clock = await MovableClock.make();
  try {
    const sleeper = await installation.start('all', clock.env);
    await installation.connect(sleeper);
    const stopped = atCall(sandbox, at.turn, at.nth, () => sleeper.signal('SIGSTOP'), at.chosen);
    const importId = await installation.startImport(sleeper);
    await stopped;
    await installation.letTimePass(importId);
    const other = await installation.start('worker');
    const row = await installation.over(importId);
    expect(row).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, error: null });
    // It, too, has nothing more to write.
    other.signal('SIGTERM');
    expect(await other.ended).toMatchObject({ code: 0 });

    const before = await snapshot(installation.dataSource);
    const posts = sandbox.kernel.calls.all().filter(isWrite).length;
    await clock.ahead(TEN_MINUTES);
    sleeper.signal('SIGCONT');
    await sleeper.shows(GIVES_UP);
    sleeper.signal('SIGTERM');
    expect(await sleeper.ended).toMatchObject({ code: 0 });
    expect(sandbox.kernel.calls.all().filter(isWrite)).toHaveLength(posts);
    expect(await snapshot(installation.dataSource)).toEqual(before);
    expect(twins(sandbox)).toEqual([]);
    expect(await endState(installation)).toEqual(state);
    tally.runs += 1;
    tally.add('attempts', row.attempt);
  } finally {
    await installation.close();
    await clock.remove();
  }
}

/** The same, but it wakes while the other is about to write: a second writer would be seen. */
async function wakeBeside(sandbox: Sandbox, state: EndState, at: Stop, tally: Tally): Promise<void> {
  const installation = await Installation.on(sandbox);
  const clock = await MovableClock.make();
  try {
    const sleeper = await installation.start('all', clock.env);
    await installation.connect(sleeper);
    const stopped = atCall(sandbox, at.turn, at.nth, () => sleeper.signal('SIGSTOP'), at.chosen);
    const importId = await installation.startImport(sleeper);
    await stopped;
    await installation.letTimePass(importId);
    const posts = (): number => sandbox.kernel.calls.all().filter(isWrite).length;
    let meanwhile = -1;
    const woken = atCall(
      sandbox,
      'arrived',
      0,
      async () => {
        const before = posts();
        await clock.ahead(TEN_MINUTES);
        sleeper.signal('SIGCONT');
        await sleeper.shows(GIVES_UP);
        meanwhile = posts() - before;
      },
      isWrite,
    );
    await installation.start('worker');
    await woken;
    const row = await installation.over(importId);
    expect(meanwhile).toBe(0);
    expect(row).toMatchObject({ state: 'succeeded_with_skips', attempt: 2, error: null });
    expect(twins(sandbox)).toEqual([]);
    expect(await endState(installation)).toEqual(state);
    tally.runs += 1;
    tally.add('attempts', row.attempt);
  } finally {
    await installation.close();
    await clock.remove();
  }
}

describe('When the worker of an import sleeps for longer than its heartbeat', () => {
  let whole: Undisturbed;
  beforeAll(async () => {
    whole = await undisturbed(SIZE);
  });

  it(
    'and wakes after another has finished it, it writes nothing more, on either side',
    scenario(
      'SIGSTOP, finished by another, SIGCONT',
      'no POST to Halo, no row of Postgres written, end state as undisturbed',
      async (tally) => {
        const creates = whole.calls.filter(isCreate).length;
        const stops: Stop[] = [
          ...[0.1, 0.35, 0.6, 0.85].map((share): Stop => ({ turn: 'answered', nth: Math.floor(share * whole.calls.length) })),
          ...Array.from({ length: creates }, (_stop, nth): Stop => ({ turn: 'handled', nth, chosen: isCreate })),
          ...Array.from({ length: creates }, (_stop, nth): Stop => ({ turn: 'answered', nth, chosen: isCreate })),
        ];
        await inLanes(SIZE, stops, 3, (stop, sandbox) => stopAndWake(sandbox, whole.state, stop, tally));
      },
    ),
  );

  it(
    'and wakes while another is at it, that one alone writes',
    scenario('SIGSTOP, SIGCONT while another is at it', 'no POST to Halo but by the other, end state as undisturbed', async (tally) => {
      const nths = whole.calls
        .filter(isCreate)
        .slice(0, -1)
        .map((_call, nth) => nth);
      const stops = nths.flatMap((nth): Stop[] => [
        { turn: 'handled', nth, chosen: isCreate },
        { turn: 'answered', nth, chosen: isCreate },
      ]);
      stops.push({ turn: 'answered', nth: Math.floor(whole.calls.length / 3) });
      await inLanes(SIZE, stops, 3, (stop, sandbox) => wakeBeside(sandbox, whole.state, stop, tally));
    }),
  );
});
