import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataDirectoryInUse, isOwned, takeOwnership } from '../../src/database/embedded/ownership.js';

let dataDir: string;
let file: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'isthmus-owner-'));
  file = join(dataDir, 'owner.json');
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A folder that a process of another boot of a machine held, and last said so at a moment. */
async function heldElsewhere(beat: Date): Promise<void> {
  await writeFile(file, JSON.stringify({ pid: 7, birth: '70', space: `${randomUUID()} pid:[4026531836]` }));
  await utimes(file, beat, beat);
}

describe('a data directory whose owner names another boot', () => {
  it('is another machine’s while that says so: two machines may share the folder', async () => {
    await heldElsewhere(new Date());
    const said = setInterval(() => void utimes(file, new Date(), new Date()), 10);
    try {
      await expect(takeOwnership(dataDir)).rejects.toThrow(DataDirectoryInUse);
    } finally {
      clearInterval(said);
    }
    expect(await isOwned(dataDir)).toBe(true);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: 7 });
  });

  it('is taken over, without another start, as soon as it is let go of', async () => {
    await heldElsewhere(new Date());
    const taking = takeOwnership(dataDir);
    await rm(file);
    const ownership = await taking;
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
    await ownership.release();
  });

  it('is taken over, without another start, as soon as it has been silent for half a minute', async () => {
    await heldElsewhere(new Date(Date.now() - 29_500));
    const ownership = await takeOwnership(dataDir);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
    await ownership.release();
  });

  it('is taken over when nobody has said so for half a minute', async () => {
    await heldElsewhere(new Date(Date.now() - 31_000));
    const ownership = await takeOwnership(dataDir);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
    await ownership.release();
  });
});
