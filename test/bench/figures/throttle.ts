import { figure } from '../figure.js';
import { onStage, type Scenario } from '../scenario.js';

/** What the marketplace was once seen to let pass. */
const THROTTLE = { calls: 190, windowSeconds: 60 };
const SPEED = 10;
const USED = 'throttle: share used while details are waiting';
const REFUSED = 'throttle: share of calls refused';

/**
 * How well the marketplace's throttle is used by who does not know it: a first import with many details to read, from a worker that begins
 * as carefully as it always does. The sandbox's time and the worker's go faster than the machine's.
 */
export const throttle: Scenario = {
  name: 'throttle',
  figures: [USED, REFUSED],
  take: (bench) => {
    const lines = bench.quick ? 1_500 : 5_000;
    return onStage(
      bench,
      { world: 'plain', customers: lines / 10, subscriptions: lines, switches: { marketplace: { throttle: THROTTLE } } },
      async (stage) => {
        await stage.hurry(SPEED);
        await stage.worker({ speed: SPEED });
        const { counts } = await stage.import('first import, throttled');
        const { from, to, passed } = counts.reading;
        const minutes = (to - from) / 60_000;
        const allowed = (minutes * 60 * THROTTLE.calls) / THROTTLE.windowSeconds;
        const note = `${passed} calls passed in ${minutes.toFixed(1)} minutes, ${THROTTLE.calls} a minute were allowed`;
        return [
          figure(USED, { value: Math.min(100, (100 * passed) / allowed), unit: '%', floor: 100, atLeast: 95, note }),
          figure(REFUSED, {
            value: (100 * counts.refused.marketplace) / counts.marketplace.all,
            unit: '%',
            floor: 0,
            atMost: 1,
            note: `${counts.refused.marketplace} of ${counts.marketplace.all}`,
          }),
        ];
      },
    );
  },
};
