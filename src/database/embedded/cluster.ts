import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { readIfThere } from './files.js';

export const SUPERUSER = 'isthmus';

/**
 * Makes the files of a Postgres in `folder` if there are none: UTF-8, the built-in C.UTF-8 locale (the same on every machine),
 * passwords for every connection. It appears whole or not at all, so that an interrupted attempt leaves nothing half-made.
 */
export async function ensureCluster(folder: string, binaries: Binaries, account: Account, password: string): Promise<void> {
  if ((await readIfThere(join(folder, 'PG_VERSION'))) !== undefined) return;
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
    for (const path of [draft, passwordFile]) await give(path, account);
    await initialise(binaries.initdb, draft, passwordFile, account);
    await rename(draft, folder);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function give(path: string, account: Account): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid);
}

function initialise(initdb: string, folder: string, passwordFile: string, account: Account): Promise<void> {
  const flags = [
    `--pgdata=${folder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(initdb, flags, {
      ...account,
      cwd: dirname(folder),
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`Postgres could not make its files in ${folder}: ${said.trim()}`)),
    );
  });
}
