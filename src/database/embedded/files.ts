import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Reads a small private file, or makes it (mode 0600) if there is none. Safe when two processes do it at once: the file appears
 * with its content, and the first one's wins.
 */
export async function readOrCreate(path: string, content: () => string): Promise<string> {
  const existing = await readIfThere(path);
  if (existing !== undefined) return existing.trim();
  await mkdir(dirname(path), { recursive: true });
  await createWithContent(path, content());
  return ((await readIfThere(path)) ?? '').trim();
}

/** Makes a file with its content in one step, mode 0600. False when there is one already. */
export async function createWithContent(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${content}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await chmod(draft, 0o600);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

/** The content of a file, or undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether an error of the system carries this code, such as `ENOENT`. */
export function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
