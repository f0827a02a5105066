import { setTimeout as pause } from 'node:timers/promises';
import { figure } from '../figure.js';
import type { Service } from '../installation.js';
import { onStage, type Scenario } from '../scenario.js';
import { type Stage, UNBOUND } from '../stage.js';

const LATENCY_MS = 50;
const DAY = 86_400_000;
const TWO = 'workers: imports an hour by 2 ÷ by 1';
const FOUR = 'workers: imports an hour by 4 ÷ by 1';
const ONE = 'workers: imports an hour by 1';

/** How many imports are finished an hour by 1, 2 and 4 workers: many small tenants, each with its own PSA, and vendors that take their time. */
export const workers: Scenario = {
  name: 'workers',
  figures: [ONE, TWO, FOUR],
  take: (bench) => {
    const tenants = bench.quick ? 24 : 200;
    return onStage(bench, { world: 'plain', customers: 6, subscriptions: 12, count: tenants, latencyMs: LATENCY_MS }, async (stage) => {
      // Everything is there before; what is measured is the daily import, in which each detail is read again.
      await round(stage, 4, 0);
      const rates: Rates[] = [];
      for (const [at, count] of [1, 2, 4].entries()) rates.push(await round(stage, count, (at + 1) * DAY));
      const [one = 0, two = 0, four = 0] = rates.map(({ going }) => going);
      const show = (all: readonly number[]): string => all.map((rate) => Math.round(rate).toLocaleString('en')).join(', ');
      const note = `${tenants} tenants, ${LATENCY_MS} ms: ${show([one, two, four])} an hour by 1, 2 and 4; with what they need to get going: ${show(rates.map(({ all }) => all))}`;
      return [
        figure(ONE, { value: Math.round(one), unit: 'imports/h', note }),
        figure(TWO, { value: two / one, unit: '×', floor: 2, atLeast: 1.8 }),
        figure(FOUR, { value: four / one, unit: '×', floor: 4, atLeast: 3.4 }),
      ];
    });
  },
};

/** Imports an hour. */
interface Rates {
  /**
   * By those that end after the first fifth: what a process that has just started needs to get going, with its connections, is a hundredth of
   * an hour's work, but a quarter of these few seconds'.
   */
  going: number;
  /** By all of them, from the first one's start to the last one's end. */
  all: number;
}

/** Imports every tenant once, by so many workers. */
async function round(stage: Stage, count: number, aheadMs: number): Promise<Rates> {
  const { installation, tenants } = stage;
  const started: Service[] = [];
  for (let n = 0; n < count; n += 1) started.push(await stage.worker({ perSecond: UNBOUND, aheadMs }));
  const ids: string[] = [];
  const waiting = tenants.values();
  const lane = async (): Promise<void> => {
    for (const tenant of waiting) ids.push(await installation.startImport(tenant));
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  const early = Math.floor(ids.length / 5);
  for (;;) {
    const [row] = await installation.dataSource.query<{ open: number; all: number; going: number }[]>(
      `SELECT count(*) FILTER (WHERE finished_at IS NULL)::int AS open,
         extract(epoch FROM max(finished_at) - min(started_at))::float8 AS all,
         extract(epoch FROM max(finished_at) - (array_agg(finished_at ORDER BY finished_at))[$2])::float8 AS going
       FROM imports WHERE id = ANY($1)`,
      [ids, early],
    );
    if (row?.open === 0) {
      for (const worker of started) await worker.stop();
      for (const [at, tenant] of tenants.entries()) await stage.check(await lastOf(stage, tenant), at);
      return { going: ((ids.length - early) / row.going) * 3600, all: (ids.length / row.all) * 3600 };
    }
    await pause(200);
  }
}

async function lastOf({ installation }: Stage, tenantId: string): Promise<string> {
  const [row] = await installation.dataSource.query<{ id: string }[]>(
    `SELECT id FROM imports WHERE tenant_id = $1 ORDER BY created_at DESC LIMIT 1`,
    [tenantId],
  );
  return row?.id ?? '';
}
