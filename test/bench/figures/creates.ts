import { figure } from '../figure.js';
import { onStage, type Scenario } from '../scenario.js';

const SIZE = { customers: 500, subscriptions: 550 };
const PSA = 'creates: calls to the PSA';

/** A first import into a PSA that holds nothing, keeps keys and takes arrays: every customer and every subscription is created. */
export const creates: Scenario = {
  name: 'creates',
  figures: [PSA],
  take: (bench) =>
    onStage(bench, { world: 'plain', ...SIZE }, async (stage) => {
      const { counts: floor } = await stage.floor('first');
      await stage.reset();
      await stage.worker();
      const { counts } = await stage.import('first import');
      const { pages, token, reads, writes, all } = counts.psa;
      return [
        figure(PSA, {
          value: all,
          unit: 'calls',
          floor: floor.psa.all,
          atMost: 60,
          note: `${pages} pages, ${token} token, ${reads} single reads, ${writes} arrays; one by one: ${SIZE.customers + SIZE.subscriptions + floor.psa.pages}`,
        }),
      ];
    }),
};
