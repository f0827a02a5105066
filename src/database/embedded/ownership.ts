import { randomBytes } from 'node:crypto';
import { link, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createWithContent, isCode, readIfThere } from './files.js';
import { birthOf, pidSpace } from './processes.js';

const FILE = 'owner.json';
const BEAT_MS = 5_000;
/** After this long without a beat, an owner in another container, or another boot of a machine, counts as gone. */
const SILENCE_MS = 30_000;

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
 * Takes a data directory for this process. What a dead process left behind is taken over.
 * @throws DataDirectoryInUse while its owner lives.
 */
export async function takeOwnership(dataDir: string): Promise<Ownership> {
  const path = join(dataDir, FILE);
  const me: Owner = { pid: process.pid, birth: (await birthOf(process.pid)) ?? '', space: await pidSpace() };
  const mine = JSON.stringify(me);
  while (!(await createWithContent(path, mine))) {
    const found = await readIfThere(path);
    if (found === undefined) continue;
    const owner = parse(found);
    if (owner && (await lives(owner, path)))
      throw new DataDirectoryInUse(dataDir, { pid: owner.pid, here: owner.space === me.space }, path);
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
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs < SILENCE_MS;
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
