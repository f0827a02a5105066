import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { DatabaseUnavailable } from '../unavailable.js';

const run = promisify(execFile);

/** The account that Postgres runs as: itself refuses to run as root. Empty: ours. */
export interface Account {
  uid?: number;
  gid?: number;
}

/**
 * The account for the embedded Postgres: our own, or as root that of the user `postgres`, which is made if it is missing.
 * @throws DatabaseUnavailable when it can neither be found nor made.
 */
export async function postgresAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const found = await lookUp();
  if (found) return found;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch {
    throw new DatabaseUnavailable(
      'Postgres does not run as root, and there is no user "postgres" and none could be made. Run Isthmus as an ordinary user, make that user, or set DATABASE_URL.',
    );
  }
  const made = await lookUp();
  if (!made)
    throw new DatabaseUnavailable(
      'The user "postgres" was made but cannot be found. Run Isthmus as an ordinary user, or set DATABASE_URL.',
    );
  return made;
}

async function lookUp(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (what) => Number((await run('id', [what, 'postgres'])).stdout)));
    return uid !== undefined && gid !== undefined && uid > 0 ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

/** The outermost folder above (or of) a path that an account may not enter; undefined when it may enter them all. */
export async function barrier(path: string, account: Account): Promise<string | undefined> {
  if (account.uid === undefined) return undefined;
  const folders = [path];
  for (let at = path; at !== dirname(at); at = dirname(at)) folders.unshift(dirname(at));
  for (const folder of folders) {
    const info = await stat(folder);
    const mayEnter =
      (info.mode & 0o001) !== 0 ||
      (info.uid === account.uid && (info.mode & 0o100) !== 0) ||
      (info.gid === account.gid && (info.mode & 0o010) !== 0);
    if (!mayEnter) return folder;
  }
  return undefined;
}
