import { figure } from '../figure.js';
import { onStage, type Scenario } from '../scenario.js';
import { median } from '../statistics.js';

const FIRST = 'wall: first import ÷ floor';
const UNCHANGED = 'wall: import with nothing changed ÷ floor';
const CPU = 'wall: CPU of the worker for 10,000 unchanged lines';
/** Pairs of a floor and an import with nothing changed. The first import plans everything: what was just created is not settled yet. */
const PAIRS = 5;

/**
 * How long imports of many lines take on sandboxes without latency or throttle, beside the simplest program that does the same calls. Floors and
 * imports take turns, so that what else the machine does falls on both.
 */
export const wall: Scenario = {
  name: 'wall',
  figures: [FIRST, UNCHANGED, CPU],
  take: (bench) => {
    const lines = bench.quick ? 3_000 : 50_000;
    return onStage(bench, { world: 'plain', customers: lines / 10, subscriptions: lines }, async (stage) => {
      const firstFloor = await stage.floor('first');
      await stage.reset();
      const worker = await stage.worker();
      const first = await stage.import('first import');
      const floors: number[] = [];
      const imports: number[] = [];
      const cpu: number[] = [];
      for (let pair = 0; pair < PAIRS; pair += 1) {
        floors.push((await stage.floor('unchanged')).ms);
        const before = await worker.usage();
        imports.push((await stage.unchanged('nothing changed')).ms);
        cpu.push((await worker.usage()).cpuMs - before.cpuMs);
      }
      const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
      return [
        figure(FIRST, {
          value: first.ms / firstFloor.ms,
          unit: '×',
          floor: 1,
          atMost: 1.5,
          note: `${lines} lines: ${seconds(first.ms)}, floor ${seconds(firstFloor.ms)}`,
        }),
        figure(UNCHANGED, {
          value: median(imports.map((ms, at) => ms / (floors[at] ?? ms))),
          unit: '×',
          floor: 1,
          atMost: 1.5,
          note: `median of ${PAIRS}: ${seconds(median(imports))}, floor ${seconds(median(floors))}`,
        }),
        figure(CPU, { value: (median(cpu) / lines) * 10_000, unit: 'ms', note: `of ${seconds(median(cpu))} for ${lines} lines` }),
      ];
    });
  },
};
