import { figure } from '../figure.js';
import { onStage, type Scenario } from '../scenario.js';
import { UNBOUND } from '../stage.js';
import { countWrites } from '../writes.js';

const HOUR = 3_600_000;
const MARKETPLACE = 'hourly: calls to the marketplace';
const PSA = 'hourly: calls to the PSA';
const ROWS = 'hourly: rows written to Postgres';

/** An import of everything an hour after the last, nothing changed, in a world like a real account's. */
export const hourly: Scenario = {
  name: 'hourly',
  figures: [MARKETPLACE, PSA, ROWS],
  take: (bench) =>
    onStage(bench, { world: 'usual', customers: 900, subscriptions: 550 }, async (stage) => {
      const first = await stage.worker();
      await stage.import('first import');
      await first.stop();
      await stage.advance(HOUR);
      const second = await stage.worker({ perSecond: UNBOUND, aheadMs: HOUR });
      const writes = await countWrites(stage.installation.dataSource);
      const { row, counts } = await stage.unchanged('an hour later');
      // Its sessions tell what they wrote when they end.
      await second.stop();
      const { written, own, notes } = await writes.since(row.id);
      const { counts: floor } = await stage.floor('unchanged');
      const { marketplace, psa } = counts;
      return [
        figure(MARKETPLACE, {
          value: marketplace.all,
          unit: 'calls',
          floor: floor.marketplace.all,
          atMost: floor.marketplace.all,
          note: `${marketplace.pages} pages, ${marketplace.token} token, ${marketplace.orderPages} pages of orders, ${marketplace.orders} orders, ${marketplace.details} details; one by one: ${550 + floor.marketplace.all}`,
        }),
        figure(PSA, {
          value: psa.all,
          unit: 'calls',
          floor: floor.psa.all,
          atMost: floor.psa.all,
          note: `${psa.pages} pages, ${psa.token} token, ${psa.reads} single reads, ${psa.writes} writes`,
        }),
        figure(ROWS, { value: written, unit: 'rows', floor: own + marketplace.details, atMost: own + marketplace.details, note: notes }),
      ];
    }),
};
