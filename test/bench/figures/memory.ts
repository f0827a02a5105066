import { figure } from '../figure.js';
import { onStage, type Scenario } from '../scenario.js';
import type { Bench } from '../stage.js';

const PEAK = 'memory: peak of the worker';
const GROWTH = 'memory: growth of the peak';
const MB = 1_000_000;

/** The most memory that a worker holds, in a first import and in one with nothing changed, each in a process of its own. */
export const memory: Scenario = {
  name: 'memory',
  figures: [PEAK, GROWTH],
  async take(bench) {
    const [few, many] = bench.quick ? [500, 5_000] : [20_000, 200_000];
    const small = await peaks(bench, few);
    const large = await peaks(bench, many);
    const note = `first import ${show(small.first)} with ${few} lines, ${show(large.first)} with ${many}; nothing changed ${show(small.unchanged)} and ${show(large.unchanged)}`;
    return [
      figure(PEAK, { value: Math.round(most(large) / MB), unit: 'MB', atMost: 300, note }),
      figure(GROWTH, { value: Math.round((most(large) - most(small)) / MB), unit: 'MB', floor: 0, atMost: 60 }),
    ];
  },
};

interface Peaks {
  first: number;
  unchanged: number;
}

function most({ first, unchanged }: Peaks): number {
  return Math.max(first, unchanged);
}

function show(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}

function peaks(bench: Bench, lines: number): Promise<Peaks> {
  return onStage(bench, { world: 'plain', customers: lines / 10, subscriptions: lines }, async (stage) => {
    const peakOf = async (run: () => Promise<unknown>): Promise<number> => {
      const worker = await stage.worker();
      await run();
      const { peakBytes } = await worker.usage();
      await worker.stop();
      return peakBytes;
    };
    const first = await peakOf(() => stage.import(`first import of ${lines} lines`));
    return { first, unchanged: await peakOf(() => stage.unchanged(`${lines} lines, nothing changed`)) };
  });
}
