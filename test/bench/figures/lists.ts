import { figure } from '../figure.js';
import { Installation } from '../installation.js';
import { percentile } from '../statistics.js';
import type { Scenario } from '../scenario.js';
import { fillLists, type Filled } from './lists-data.js';

const NAMES = {
  customers: 'lists: customers, 99th percentile',
  subscriptions: 'lists: subscriptions, 99th percentile',
  changes: 'lists: changes, 99th percentile',
};
/** How often each query is asked. */
const TIMES = 30;

interface Ask {
  path: string;
  /** How many rows it must say there are. */
  total: number;
}

/** How long the API takes to list and to search, a page at a time, one request after the other. */
export const lists: Scenario = {
  name: 'lists',
  figures: Object.values(NAMES),
  async take({ serverUrl, quick, say }) {
    const installation = await Installation.make({ serverUrl });
    try {
      const filled = await fillLists(installation, quick ? 10_000 : 100_000);
      const asks = asksOf(filled);
      const figures = [];
      for (const kind of ['customers', 'subscriptions', 'changes'] as const) {
        const times: number[] = [];
        const slow: [number, string][] = [];
        for (const { path, total } of asks[kind]) {
          const own: number[] = [];
          for (let time = 0; time < TIMES; time += 1) own.push(await timed(installation, path, total));
          times.push(...own);
          slow.push([percentile(own, 0.5), path.replace(/^.*\?/, '')]);
        }
        const worst = slow.toSorted(([a], [b]) => b - a).slice(0, 3);
        const note = `${filled.rows} rows, median ${percentile(times, 0.5).toFixed(1)} ms; slowest by median: ${worst.map(([ms, path]) => `${path} ${ms.toFixed(0)} ms`).join(', ')}`;
        say(`${kind}: ${note}`);
        figures.push(figure(NAMES[kind], { value: percentile(times, 0.99), unit: 'ms', atMost: 50, note }));
      }
      return figures;
    } finally {
      await installation.close();
    }
  },
};

async function timed(installation: Installation, path: string, total: number): Promise<number> {
  const startedAt = performance.now();
  const { status, body } = await installation.api<{ pagination: { total: number } }>('GET', path);
  const ms = performance.now() - startedAt;
  if (status !== 200 || body.pagination.total !== total) {
    throw new Error(`${path} answered ${status} with ${body.pagination?.total} rows, not ${total}.`);
  }
  return ms;
}

function asksOf(filled: Filled): Record<keyof typeof NAMES, Ask[]> {
  const { tenantId, importId, rows } = filled;
  const list = (base: string, counts: Readonly<Record<string, number>>): Ask[] =>
    Object.entries(counts).map(([query, total]) => ({ path: `${base}?${query}`, total }));
  return {
    customers: list(`/tenants/${tenantId}/customers`, {
      'offset=0': rows,
      [`offset=${rows / 2}`]: rows,
      [`offset=${rows - 100}`]: rows,
      ...filled.customers,
    }),
    subscriptions: list(`/tenants/${tenantId}/subscriptions`, {
      'offset=0': rows,
      [`offset=${rows / 2}`]: rows,
      [`offset=${rows - 100}`]: rows,
      ...filled.subscriptions,
    }),
    changes: list(`/imports/${importId}/changes`, {
      'offset=0': rows,
      [`offset=${rows / 2}`]: rows,
      [`offset=${rows - 100}`]: rows,
      ...filled.changes,
    }),
  };
}
