import { setTimeout as pause } from 'node:timers/promises';
import { figure } from '../figure.js';
import type { Service } from '../installation.js';
import { onStage, type Scenario } from '../scenario.js';
import { type Stage, UNBOUND } from '../stage.js';

const LATENCY_MS = 50;
/** Of each tenant. */
const SUBSCRIPTIONS = 12;
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
    return onStage(
      bench,
      { world: 'plain', customers: 6, subscriptions: SUBSCRIPTIONS, count: tenants, latencyMs: LATENCY_MS },
      async (stage) => {
        // Everything is there before; what is measured are daily imports, in which each detail is read again.
        await days(stage, 4, { from: 0, days: 1 });
        const rates: number[][] = [];
        for (const [at, count] of [1, 2, 4].entries()) rates.push(await days(stage, count, { from: 1 + 2 * at, days: 2 }));
        const [fresh, going] = [0, 1].map((day) => rates.map((rate) => rate[day] ?? 0)) as [number[], number[]];
        const [one = 0, two = 0, four = 0] = going;
        const show = (all: readonly number[]): string => all.map((rate) => Math.round(rate).toLocaleString('en')).join(', ');
        const note = `${tenants} tenants, ${LATENCY_MS} ms: ${show(going)} an hour by 1, 2 and 4; by processes that have just started: ${show(fresh)}`;
        return [
          figure(ONE, { value: Math.round(one), unit: 'imports/h', note }),
          figure(TWO, { value: two / one, unit: '×', floor: 2, atLeast: 1.8 }),
          figure(FOUR, { value: four / one, unit: '×', floor: 4, atLeast: 3.4 }),
        ];
      },
    );
  },
};

/**
 * Imports every tenant on some days in a row, by so many new workers, and gives the imports an hour of each day. On its first one a process loads
 * its code, compiles what it runs often, and connects: a thousandth of an hour's work, but a third of these few seconds'.
 */
async function days(stage: Stage, count: number, { from, days }: { from: number; days: number }): Promise<number[]> {
  const workers: Service[] = [];
  for (let n = 0; n < count; n += 1) workers.push(await stage.worker({ perSecond: UNBOUND, aheadMs: from * DAY }));
  const rates = [await round(stage)];
  for (let day = 1; day < days; day += 1) {
    for (const worker of workers) await worker.letPass(DAY);
    rates.push(await round(stage));
  }
  for (const worker of workers) await worker.stop();
  return rates;
}

/**
 * Imports every tenant once. Gives the imports an hour, by those that end between the first tenth and the last one: in an hour nobody
 * notices that the first ones are still being asked for, and that the last ones leave some of the workers without any.
 */
async function round(stage: Stage): Promise<number> {
  const { installation, tenants } = stage;
  const ids: string[] = [];
  const waiting = tenants.values();
  const lane = async (): Promise<void> => {
    for (const tenant of waiting) ids.push(await installation.startImport(tenant));
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  const tenth = Math.floor(ids.length / 10);
  for (;;) {
    const [row] = await installation.dataSource.query<{ open: number; seconds: number; fewest: number }[]>(
      `SELECT count(*) FILTER (WHERE finished_at IS NULL)::int AS open, extract(epoch FROM (array_agg(finished_at ORDER BY finished_at))[$3] - (array_agg(finished_at ORDER BY finished_at))[$2])::float8 AS seconds,
         min(calls_marketplace) AS fewest
       FROM imports WHERE id = ANY($1)`,
      [ids, tenth, ids.length - tenth],
    );
    if (row?.open === 0) {
      if (row.fewest < SUBSCRIPTIONS) throw new Error('An import of a new day did not read every detail again.');
      for (const [at, tenant] of tenants.entries()) await stage.check(await lastOf(stage, tenant), at);
      return ((ids.length - 2 * tenth) / row.seconds) * 3600;
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
