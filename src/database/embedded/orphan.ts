import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readIfThere } from './files.js';
import { birthOf, commandOf } from './processes.js';

/** How a running Postgres describes itself in its folder. */
export interface Postmaster {
  pid: number;
  port: number;
}

/** What `postmaster.pid` in a Postgres folder says; undefined when there is none or it is not finished. */
export async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const lines = (await readIfThere(join(folder, 'postmaster.pid')))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return Number.isInteger(pid) && pid > 0 && Number.isInteger(port) && port > 0 ? { pid, port } : undefined;
}

/**
 * Clears what a killed owner left in a Postgres folder: stops a Postgres that still runs on it, and removes a
 * `postmaster.pid` whose pid belongs to another program by now (Postgres itself would take that one for a living server).
 * The caller owns the data directory, so nobody else's Postgres can be meant.
 */
export async function clearOrphan(folder: string, patienceMs = 20_000): Promise<'none' | 'stale lock removed' | 'stopped'> {
  const path = join(folder, 'postmaster.pid');
  const text = await readIfThere(path);
  if (text === undefined) return 'none';
  const pid = Number(text.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !(await isPostgresOf(pid, folder))) {
    await rm(path, { force: true });
    return 'stale lock removed';
  }
  const birth = await birthOf(pid);
  // SIGINT ends sessions and shuts down cleanly; SIGQUIT stops at once and recovers at the next start.
  for (const [signal, wait] of [
    ['SIGINT', patienceMs],
    ['SIGQUIT', 5_000],
  ] as const) {
    process.kill(pid, signal);
    for (let waited = 0; waited < wait; waited += 50) {
      if ((await birthOf(pid)) !== birth) return 'stopped';
      await delay(50);
    }
  }
  throw new Error(`A Postgres that an earlier Isthmus left behind (process ${pid}) runs on ${folder} and does not stop. End it by hand.`);
}

async function isPostgresOf(pid: number, folder: string): Promise<boolean> {
  const [program = '', ...words] = (await commandOf(pid))?.split(' ') ?? [];
  return basename(program) === 'postgres' && words.join(' ').includes(`-D ${folder}`);
}
