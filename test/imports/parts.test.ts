import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ALL_SEEN, anySight, leftBehind, Seen } from './parts-seen.js';
import { PartsStage, seenOf } from './parts-stage.js';
import { client, customer, line, mapped, plan, play, subscription, world } from './plan/world.js';
import { anyLater } from './plan/worlds.js';

const RUNS = { numRuns: 100 };
/** Each run fills a database. */
const PATIENCE_MS = 300_000;

describe('A plan made part by part', () => {
  let on: PartsStage;
  beforeAll(async () => {
    on = await PartsStage.set();
  });
  afterAll(() => on.close());

  it(
    'is the plan of everything at once, however small the parts',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyLater, anySight, fc.constantFrom(1, 3, 1000), async (state, sight, size) => {
          const seen = new Seen({ ...state, released: leftBehind(state) }, sight);
          await on.store(seen);
          expect(seenOf(await on.inParts(seen, size))).toEqual(seenOf(seen.whole()));
        }),
        RUNS,
      );
    },
    PATIENCE_MS,
  );

  it('knows in each part that a licence with one of its keys is kept for a line of another part', async () => {
    const first = world({
      customers: [customer('1', 'Contoso'), customer('2', 'Fabrikam')],
      clients: [client('7', 'Contoso'), client('8', 'Fabrikam')],
      mappings: [mapped('1', '7'), mapped('2', '8')],
      subscriptions: [subscription('100', '1', [line('A')]), subscription('200', '2', [line('B')])],
    });
    const imported = play(first, plan(first));
    const licenceId = imported.links.find((link) => link.subscriptionId === '100')!.licenceId;
    const links = [{ subscriptionId: '200', line: 'B', licenceId, createAnyway: false }];
    const seen = new Seen({ ...imported, links }, ALL_SEEN);
    await on.store(seen);
    const whole = seen.whole();
    expect(whole.links.map((link) => link.licenceId)).not.toContain(licenceId);
    expect(seenOf(await on.inParts(seen, 1))).toEqual(seenOf(whole));
  });
});
