import { figure } from '../figure.js';
import { onStage, type Scenario } from '../scenario.js';

const DAY = 86_400_000;
/** The default of `rereadWithinDays`. */
const DAYS = 7;
/** What the machine itself takes counts so many times over, against the life of a token too: no more than that the reading ends soon. */
const SPEED = 15;
const MARKETPLACE = 'daily: calls to the marketplace';
const PSA = 'daily: calls to the PSA';

/**
 * A daily import of more lines than an hour of the budget can read again, nothing changed. The sandbox lets two calls a second pass; its
 * time and the worker's go faster than the machine's.
 */
export const daily: Scenario = {
  name: 'daily',
  figures: [MARKETPLACE, PSA],
  take: (bench) => {
    const lines = bench.quick ? 8_000 : 20_000;
    return onStage(bench, { world: 'plain', customers: lines / 10, subscriptions: lines }, async (stage) => {
      const first = await stage.worker();
      await stage.import('first import');
      await first.stop();
      await stage.advance(DAY);
      await stage.hurry(SPEED);
      await stage.throttle({ calls: 120, windowSeconds: 60 });
      await stage.worker({ speed: SPEED, aheadMs: DAY });
      const { counts } = await stage.unchanged('a day later');
      const details = Math.ceil(lines / DAYS);
      await stage.throttle(null);
      const { counts: floor } = await stage.floor('unchanged', details);
      const { marketplace, psa } = counts;
      return [
        figure(MARKETPLACE, {
          value: marketplace.all - counts.refused.marketplace,
          unit: 'calls',
          floor: floor.marketplace.all,
          atMost: floor.marketplace.all,
          note: `${lines} lines; ${marketplace.pages} pages, ${marketplace.token} token, ${marketplace.orderPages} pages of orders, ${marketplace.details} details; ${counts.refused.marketplace} refused on top`,
        }),
        figure(PSA, {
          value: psa.all,
          unit: 'calls',
          floor: floor.psa.all,
          atMost: floor.psa.all,
          note: `${psa.pages} pages, ${psa.writes} writes`,
        }),
      ];
    });
  },
};
