import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Call, Sandbox } from '../../src/sandbox/index.js';
import { atCall, isCreate, type Turn } from './at-call.js';
import { endState, twins } from './end-state.js';
import { scenario, type Tally } from './figures.js';
import { Installation } from './installation.js';
import { inLanes, type Size } from './lanes.js';
import { undisturbed, type Undisturbed } from './undisturbed.js';

const SIZE: Size = { customers: 12, subscriptions: 10 };

/** What is promised to supervisors, in milliseconds. */
const PATIENCE = 30_000;

interface At {
  turn: Turn;
  nth: number;
  chosen?: (call: Call) => boolean;
}

/** Asks a worker in mid-import to stop, while a vendor is about to answer, and lets another finish. */
async function stopAndHandOver(sandbox: Sandbox, to: Undisturbed, at: At, tally: Tally): Promise<void> {
  const installation = await Installation.on(sandbox);
  try {
    const worker = await installation.start('all');
    await installation.connect(worker);
    let askedAt = 0;
    const asked = atCall(
      sandbox,
      at.turn,
      at.nth,
      async () => {
        askedAt = Date.now();
        worker.signal('SIGTERM');
        await worker.shows('Stopping');
      },
      at.chosen,
    );
    const importId = await installation.startImport(worker);
    await asked;
    const { code } = await worker.ended;
    const took = Date.now() - askedAt;
    expect({ code, inTime: took < PATIENCE }).toEqual({ code: 0, inTime: true });
    const left = await installation.row(importId);
    expect(left).toMatchObject({ state: 'queued', heartbeatAt: null, notBefore: null });
    // What was under way was finished and noted.
    expect(await installation.dataSource.query(`SELECT id FROM changes WHERE state = 'sent'`)).toEqual([]);

    // No time passes: it is another's at once.
    await installation.start('worker');
    const row = await installation.over(importId);
    expect(row).toMatchObject({ state: 'succeeded_with_skips', error: null });
    expect(twins(sandbox)).toEqual([]);
    expect(await endState(installation)).toEqual(to.state);
    tally.runs += 1;
    tally.add('attempts', row.attempt);
    tally.counts['ms longest exit'] = Math.max(tally.counts['ms longest exit'] ?? 0, took);
  } finally {
    await installation.close();
  }
}

describe('When a process is asked to stop in mid-import', () => {
  let whole: Undisturbed;
  beforeAll(async () => {
    whole = await undisturbed(SIZE);
  });

  it(
    'it finishes what is in hand, hands the rest back, and ends in time',
    scenario(
      'SIGTERM in mid-import',
      'exit code 0 within 30 s, nothing left unheard, another finishes it at once, end state as undisturbed',
      async (tally) => {
        const shares = [0.05, 0.2, 0.4, 0.6, 0.8];
        const creates = whole.calls.filter(isCreate).slice(0, -1);
        await inLanes(
          SIZE,
          [
            ...shares.map((share): At => ({ turn: 'handled', nth: Math.floor(share * whole.calls.length) })),
            ...creates.map((_call, nth): At => ({ turn: 'handled', nth, chosen: isCreate })),
          ],
          3,
          (at, sandbox) => stopAndHandOver(sandbox, whole, at, tally),
        );
      },
    ),
  );

  it(
    'it ends in time although Halo does not answer a create, and no twin comes of it',
    scenario('SIGTERM while Halo is silent', 'exit code 0 within 30 s, another finishes it, end state as undisturbed', async (tally) => {
      await inLanes(SIZE, [0], 1, async (nth, sandbox) => {
        const installation = await Installation.on(sandbox);
        const worker = await installation.start('all');
        try {
          await installation.connect(worker);
          let askedAt = 0;
          const ended = atCall(
            sandbox,
            'handled',
            nth,
            async () => {
              askedAt = Date.now();
              worker.signal('SIGTERM');
              await worker.ended;
            },
            isCreate,
          );
          const importId = await installation.startImport(worker);
          await ended;
          const took = Date.now() - askedAt;
          expect(took).toBeLessThan(PATIENCE);
          expect(await worker.ended).toMatchObject({ code: 0 });
          await installation.letTimePass(importId);
          await installation.start('worker');
          expect(await installation.over(importId)).toMatchObject({ state: 'succeeded_with_skips', error: null });
          expect(twins(sandbox)).toEqual([]);
          expect(await endState(installation)).toEqual(whole.state);
          tally.runs += 1;
          tally.add('ms to exit', took);
        } finally {
          await installation.close();
        }
      });
    }),
  );

  it(
    'an import that is cancelled while it runs ends as cancelled',
    scenario('cancel while running', 'state cancelled, nothing sent after it, the next import completes the work', async (tally) => {
      const creates = whole.calls.filter(isCreate).slice(0, -1);
      const points: At[] = [
        { turn: 'handled', nth: 4 },
        { turn: 'handled', nth: 15 },
        ...creates.map((_call, nth): At => ({ turn: 'handled', nth, chosen: isCreate })),
      ];
      await inLanes(SIZE, points, 3, async (at, sandbox) => {
        const installation = await Installation.on(sandbox);
        try {
          const service = await installation.start('all');
          await installation.connect(service);
          let importId = '';
          const cancelled = atCall(
            sandbox,
            at.turn,
            at.nth,
            async () => expect((await installation.api(service, 'POST', `/imports/${importId}/cancel`)).status).toBe(202),
            (call) => importId !== '' && (at.chosen?.(call) ?? true),
          );
          importId = await installation.startImport(service);
          await cancelled;
          const posts = sandbox.kernel.calls.all().filter(isCreate).length;
          expect(await installation.over(importId)).toMatchObject({ state: 'cancelled', error: null });
          expect(sandbox.kernel.calls.all().filter(isCreate)).toHaveLength(posts);
          expect(await installation.over(await installation.startImport(service))).toMatchObject({ state: 'succeeded_with_skips' });
          expect(twins(sandbox)).toEqual([]);
          expect(await endState(installation)).toEqual(whole.state);
          tally.runs += 1;
        } finally {
          await installation.close();
        }
      });
    }),
  );
});
