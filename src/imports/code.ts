import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** The rooms, beside this one, whose code decides what is read of a vendor and what is planned from it. */
const ROOMS = ['domain', 'imports', 'marketplace', 'psa'];

let own: Promise<string> | undefined;

/**
 * A digest of the code that reads and plans. What was kept of its work counts only for the same code: a version's number may stay while
 * somebody builds from changed sources.
 */
export function codeDigest(): Promise<string> {
  own ??= digestOfCode(new URL('../', import.meta.url), ROOMS).catch((error: unknown) => {
    // Whoever asks next tries again.
    own = undefined;
    throw error;
  });
  return own;
}

/** A digest of all compiled files of some rooms in a folder, with their names. */
export async function digestOfCode(folder: URL, rooms: readonly string[]): Promise<string> {
  const digest = createHash('sha256');
  for (const room of rooms) {
    const files = await readdir(new URL(`${room}/`, folder), { recursive: true });
    for (const file of files.filter((name) => name.endsWith('.js')).toSorted()) {
      const text = await readFile(new URL(`${room}/${file.split('\\').join('/')}`, folder));
      digest.update(`${room}/${file} ${text.length} `).update(text);
    }
  }
  return digest.digest('base64url');
}
