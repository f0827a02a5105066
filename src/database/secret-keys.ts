import { randomBytes } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, ConfigError, parseSecretKeys, type SecretKey } from '../config.js';
import { createWithContent, readOrCreate } from './embedded/files.js';
import { Sealer } from './sealing.js';

/** The keys that secrets are sealed with, and where they are kept. */
export interface SecretKeys {
  keys: SecretKey[];
  /** The file they are kept in, if it is one. */
  file?: string;
  /** Whether that file is ours to change: the data directory's. */
  own: boolean;
}

/** The keys of the configuration; without any, those that the data directory keeps, made now if there are none. @throws ConfigError */
export async function secretKeys(config: Config): Promise<SecretKeys> {
  const { secretKeys: given, secretKeysFile: file } = config;
  if (given) return { keys: given, own: false, ...(file === undefined ? {} : { file }) };
  if (config.databaseUrl !== undefined) return { keys: [], own: false };
  const path = join(config.dataDir, 'secret-keys');
  const text = await readOrCreate(path, () => written({ kid: 'k1', key: newKey() }));
  return { keys: parsed(path, text), file: path, own: true };
}

/** What seals with these keys; those of a file are read again when they may have changed. */
export function sealerOf({ keys, file }: SecretKeys): Sealer {
  return new Sealer(keys, file === undefined ? undefined : () => rereadKeys(file));
}

/** Reads the keys of a file again. @throws when it cannot be read or holds something else. */
async function rereadKeys(file: string): Promise<SecretKey[]> {
  return parseSecretKeys((await readFile(file, 'utf8')).trim());
}

/**
 * Puts a new key before those that stand in the data directory's file now, in one step. It seals from now on; the others still open. The caller
 * sees to it that nobody else does so meanwhile.
 */
export async function addKey({ file }: Pick<SecretKeys, 'file'>): Promise<SecretKey[]> {
  if (file === undefined) throw new Error('These keys are not kept in a file.');
  // Another rotation may have added one since this process read them, and sealed with it.
  const keys = await rereadKeys(file);
  const numbers = keys.map(({ kid }) => Number(/^k(\d{1,9})$/.exec(kid)?.[1] ?? 0));
  const all = [{ kid: `k${Math.max(...numbers) + 1}`, key: newKey() }, ...keys];
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await createWithContent(draft, all.map(written).join(','));
  await rename(draft, file);
  return all;
}

function written({ kid, key }: SecretKey): string {
  return `${kid}:${Buffer.from(key).toString('base64')}`;
}

function newKey(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

function parsed(path: string, text: string): SecretKey[] {
  try {
    return parseSecretKeys(text);
  } catch (error) {
    throw new ConfigError([`The file ${path} ${(error as Error).message}`]);
  }
}
