import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { start } from '../../cli/run.js';
import { figure } from '../figure.js';
import { Installation, KEYS } from '../installation.js';
import type { Scenario } from '../scenario.js';
import { median } from '../statistics.js';

const WITH_POSTGRES = 'ready: from start, a Postgres at hand';
const EMBEDDED = 'ready: from start, embedded, second start';
const TIMES = 5;

/** How long `isthmus start` takes until `/health/ready` says so. */
export const ready: Scenario = {
  name: 'ready',
  figures: [WITH_POSTGRES, EMBEDDED],
  async take({ serverUrl, say }) {
    const installation = await Installation.make({ serverUrl });
    const dataDir = await mkdtemp(join(tmpdir(), 'isthmus-bench-data-'));
    await chmod(dataDir, 0o711);
    try {
      const given = { DATABASE_URL: installation.databaseUrl, ISTHMUS_SECRET_KEYS: KEYS };
      // Each once before it counts: files are read, and the embedded Postgres is made.
      await untilReady(given);
      await untilReady({ ISTHMUS_DATA_DIR: dataDir });
      const [atHand, embedded]: [number[], number[]] = [[], []];
      for (let time = 0; time < TIMES; time += 1) {
        atHand.push(await untilReady(given));
        embedded.push(await untilReady({ ISTHMUS_DATA_DIR: dataDir }));
      }
      say(`at hand: ${atHand.map(Math.round).join(', ')} ms; embedded: ${embedded.map(Math.round).join(', ')} ms`);
      const note = `median of ${TIMES}`;
      return [
        figure(WITH_POSTGRES, { value: median(atHand) / 1000, unit: 's', atMost: 1.5, note }),
        figure(EMBEDDED, { value: median(embedded) / 1000, unit: 's', atMost: 3, note }),
      ];
    } finally {
      await installation.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

/** Starts a service, stops it again, and gives the milliseconds it took to be ready. */
async function untilReady(env: Record<string, string>): Promise<number> {
  const startedAt = performance.now();
  const running = start(['start'], { PORT: '0', ...env });
  const shown = await running.shows('Isthmus listens on');
  const url = /Isthmus listens on (http:\/\/[\w.:]+)/.exec(shown)?.[1] ?? '';
  while ((await fetch(`${url}/health/ready`)).status !== 200) await pause(5);
  const ms = performance.now() - startedAt;
  running.child.kill('SIGTERM');
  const { code } = await running.ended;
  if (code !== 0) throw new Error(`isthmus start ended with ${code}.`);
  return ms;
}
