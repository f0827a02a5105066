import { type Figure, refused } from './figure.js';
import { type Bench, Stage } from './stage.js';
import type { SandboxWish } from './processes/sandbox.js';

/** What is measured together. */
export interface Scenario {
  name: string;
  /** The names of its figures: each is reported or refused, none is left out. */
  figures: readonly string[];
  /** @throws what makes its figures worthless. */
  take(bench: Bench): Promise<Figure[]>;
}

/** Takes the figures of a scenario; those it does not come to are refused with the reason. */
export async function takeAll({ name, figures, take }: Scenario, bench: Bench): Promise<Figure[]> {
  bench.say(`— ${name}`);
  try {
    const taken = await take(bench);
    return figures.map((wanted) => taken.find((one) => one.name === wanted) ?? refused(wanted, 'It was not measured.'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    bench.say(`refused: ${why}`);
    return figures.map((wanted) => refused(wanted, why));
  }
}

/** Works on a stage that is taken down afterwards. */
export async function onStage<T>(bench: Bench, wish: SandboxWish, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await Stage.set(bench, wish);
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}
