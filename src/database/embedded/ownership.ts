import { randomBytes } from 'node:crypto';
import { link, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.js';
import { createWithContent, isCode, readIfThere } from './files.js';
import { birthOf, pidSpace } from './processes.js';

const FILE = 'owner.json';
const BEAT_MS = 5_000;
/** After this long without a beat, an owner in another container, or another boot of a machine, counts as gone. */
const SILENCE_MS = 30_000;
/** While its silence is waited for, it is looked at so often. */
const LOOK_MS = 100;

/** Who holds a data directory. */
interface Owner {
  pid: number;
  birth: string;
  space: string;
}

/** Another Isthmus, which runs, holds the data directory. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse';
  constructor(dataDir: string, owner: { pid: number; here: boolean }, file: string) {
    const who = owner.here ? `process ${owner.pid}` : 'an Isthmus in another container or on another machine';
    super(
      `The data directory ${dataDir} is in use by ${who}. Stop that one first, choose another ISTHMUS_DATA_DIR, or give both one Postgres by DATABASE_URL.` +
        (owner.here ? '' : ` If it runs no more, wait half a minute or delete ${file}.`),
    );
  }
}

/** The right to run Postgres in a data directory. */
export interface Ownership {
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process. What a dead process left behind is taken over; of one that cannot be seen from here, that takes up to half a
 * minute: a machine that was started anew soon after it crashed is to come up by itself.
 * @throws DataDirectoryInUse while its owner lives.
 */
export async function takeOwnership(dataDir: string, logger?: Logger): Promise<Ownership> {
  const path = join(dataDir, FILE);
  const me: Owner = { pid: process.pid, birth: (await birthOf(process.pid)) ?? '', space: await pidSpace() };
  const mine = JSON.stringify(me);
  while (!(await createWithContent(path, mine))) {
    const found = await readIfThere(path);
    if (found === undefined) continue;
    const owner = parse(found);
    const here = owner?.space === me.space;
    if (owner && (here ? await lives(owner, path) : await isHeardOf(path, logger)))
      throw new DataDirectoryInUse(dataDir, { pid: owner.pid, here }, path);
    await discard(path, found);
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), BEAT_MS);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      if ((await readIfThere(path))?.trim() === mine) await rm(path, { force: true });
    },
  };
}

/** Whether a process that lives holds the data directory. */
export async function isOwned(dataDir: string): Promise<boolean> {
  const path = join(dataDir, FILE);
  const owner = parse((await readIfThere(path)) ?? '');
  return owner !== undefined && (await lives(owner, path));
}

async function lives(owner: Owner, path: string): Promise<boolean> {
  const space = await pidSpace();
  if (owner.space === space) return (await birthOf(owner.pid)) === owner.birth;
  // Processes of another container, or of another machine that shares the folder, cannot be seen, but their beat can. That another boot is named
  // does not say that it is over: only its silence does.
  return Date.now() - (await beatOf(path)) < SILENCE_MS;
}

/** When an owner last said that it lives, in milliseconds since 1970; 0 where it has left. */
async function beatOf(path: string): Promise<number> {
  return (await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
}

/** Whether an owner says once more that it lives, before its silence has lasted long enough. */
async function isHeardOf(path: string, logger?: Logger): Promise<boolean> {
  const last = await beatOf(path);
  const isSilent = (): boolean => Date.now() - last >= SILENCE_MS;
  if (!isSilent()) logger?.warn({ file: path }, 'Another container or machine held this data directory; seeing whether it still does');
  while (!isSilent()) {
    await sleep(LOOK_MS);
    const now = await beatOf(path);
    if (now !== last) return now !== 0;
  }
  return false;
}

/** Removes exactly the file that was judged: should another process have replaced it meanwhile, that one is put back. */
async function discard(path: string, judged: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readIfThere(aside)) !== judged) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function parse(text: string): Owner | undefined {
  try {
    const { pid, birth, space } = JSON.parse(text) as Partial<Owner>;
    return typeof pid === 'number' && typeof birth === 'string' && typeof space === 'string' ? { pid, birth, space } : undefined;
  } catch {
    return undefined;
  }
}
