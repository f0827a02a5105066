import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHistory, BEGINNING } from './simulated-history.js';
import { EMPTY } from './people.js';
import { wrongs } from './simulated-end.js';
import { SimulatedPeople } from './simulated-people.js';
import { SimulatedWorld } from './simulated-world.js';
import { stage, type Ran, type Stage } from './stage.js';

const PATIENCE_MS = 300_000;
const DAY = 24 * 3_600_000;

describe('Whatever happened, and wherever imports failed or their processes died', () => {
  let on: Stage;
  let people: SimulatedPeople;
  beforeAll(async () => {
    on = await stage(EMPTY);
    people = await SimulatedPeople.on(on);
  });
  afterAll(async () => {
    await people?.close();
    await on?.close();
  });

  it(
    'imports come to rest, nothing is there twice, and each line has its licence or a reason why not',
    async () => {
      const world = new SimulatedWorld(on, people);
      await fc.assert(
        fc.asyncProperty(anyHistory, async ({ psa, marketplace, recordsPerCall, begun, tight, steps }) => {
          await world.begin({ psa, marketplace }, recordsPerCall);
          if (tight) await people.say({ do: 'settings', settings: { guard: { floor: 0, percent: 0 } } });
          for (const step of begun ? [...BEGINNING, ...steps] : steps) await world.happens(step);
          await people.say({ do: 'settings', settings: { guard: { floor: 100_000, percent: 100 } } });
          let last: Ran | undefined;
          for (let rest = 0; rest < 5 && (last === undefined || last.changes.length > 0); rest += 1) {
            on.sandbox.kernel.clock.advance(DAY);
            last = await world.import('integrator');
            expect(last.row.error).toBeNull();
          }
          expect(last!.changes.map(({ entity, action, state, message }) => [entity, action, state, message])).toEqual([]);
          expect(await wrongs(on, last!, world, people)).toEqual([]);
        }),
        { numRuns: 20 },
      );
    },
    PATIENCE_MS,
  );
});
