import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { Client } from 'pg';
import { startEmbedded } from '../../src/database/embedded/index.js';
import { type Figure, table } from './figure.js';
import { scenarios } from './figures/index.js';
import { takeAll } from './scenario.js';

interface Options {
  json?: boolean;
  quick?: boolean;
  only?: string;
  profile?: string;
}

const command = new Command('bench')
  .description(
    `Measures Isthmus on the sandboxes, beside what the vendors make unavoidable. Scenarios: ${scenarios.map(({ name }) => name).join(', ')}.`,
  )
  .option('--json', 'print one JSON object')
  .option('--quick', 'smaller sizes: a first idea, not the figures')
  .option('--only <names>', 'only these scenarios, comma-separated')
  .option('--profile <folder>', 'keep a CPU profile of each worker there');

async function bench({ json = false, quick = false, only, profile }: Options): Promise<void> {
  const wanted = only?.split(',');
  const unknown = wanted?.filter((name) => !scenarios.some((scenario) => scenario.name === name)) ?? [];
  if (unknown.length > 0) command.error(`There is no scenario ${unknown.join(', ')}.`);
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const server = await postgres();
  try {
    const figures: Figure[] = [];
    const say = (text: string): void => void process.stderr.write(`${text}\n`);
    const context = { serverUrl: server.url, quick, say, ...(profile === undefined ? {} : { profile: resolve(profile) }) };
    for (const scenario of scenarios) {
      if (!wanted || wanted.includes(scenario.name)) figures.push(...(await takeAll(scenario, context)));
    }
    const machine = await describeMachine(server.url, quick);
    process.stdout.write(json ? `${JSON.stringify({ machine, figures })}\n` : `\n${describe(machine)}\n\n${table(figures)}\n`);
    if (figures.some(({ refused }) => refused !== undefined)) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

/** A Postgres of our own, as it ships, or that of `BENCH_DATABASE_URL`, whose user may make databases. */
async function postgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env['BENCH_DATABASE_URL'];
  if (given) return { url: given, stop: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'isthmus-bench-'));
  await chmod(dataDir, 0o711);
  const { url, stop } = await startEmbedded(dataDir);
  return {
    url,
    async stop() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

type Machine = Record<string, string | number | boolean>;

async function describeMachine(url: string, quick: boolean): Promise<Machine> {
  const database = new Client({ connectionString: url });
  await database.connect();
  const { rows } = await database.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  await database.end();
  const [cpu] = cpus();
  return {
    cpus: cpus().length,
    model: cpu?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    postgres: rows[0]?.version ?? 'unknown',
    quick,
  };
}

function describe(machine: Machine): string {
  const { cpus: cores, model, memoryGiB, platform, node, postgres: version, quick } = machine;
  const sizes = quick ? '\nSmaller sizes than the targets are for (--quick).' : '';
  return `${cores} × ${model}, ${memoryGiB} GiB, ${platform}, Node ${node}, Postgres ${version}${sizes}`;
}

// Broken off, it takes its processes with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await command.parseAsync();
await bench(command.opts<Options>());
