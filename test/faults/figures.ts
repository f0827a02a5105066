import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';

/** The environment variable that names the file of figures: jest loads tests and reporter as modules of their own. */
export const FIGURES_FILE = 'ISTHMUS_FAULTS_FIGURES';

/** A line of the table at the end. */
export interface Figures {
  scenario: string;
  /** Times that an import was disturbed, or as the scenario says. */
  runs: number;
  checked: string;
  /** Counted while it ran, `{ attempts: 31, calls: 812 }`. */
  counts: Record<string, number>;
  seconds: number;
  result: 'ok' | 'FAILED';
}

/** Counts what a scenario does, for its line in the table. */
export class Tally {
  runs = 0;
  readonly counts: Record<string, number> = {};

  add(what: string, more = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + more;
  }
}

/** The body of a test that ends as a line in the table, whether it passes or fails. */
export function scenario(name: string, checked: string, body: (tally: Tally) => Promise<void>): () => Promise<void> {
  return async () => {
    const tally = new Tally();
    const startedAt = Date.now();
    let result: Figures['result'] = 'FAILED';
    try {
      await body(tally);
      result = 'ok';
    } finally {
      const figures: Figures = {
        scenario: name,
        runs: tally.runs,
        checked,
        counts: tally.counts,
        seconds: Math.round((Date.now() - startedAt) / 1000),
        result,
      };
      const file = process.env[FIGURES_FILE];
      if (file) appendFileSync(file, `${JSON.stringify(figures)}\n`);
    }
  };
}

/** Reads the figures and removes their file. */
export function takeFigures(): Figures[] {
  const file = process.env[FIGURES_FILE];
  if (!file || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  rmSync(file);
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Figures);
}
