import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { codeDigest, digestOfCode } from '../../src/imports/code.js';

describe('The digest of the code that reads and plans', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-code-'));
    await mkdir(join(folder, 'psa/deep'), { recursive: true });
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'psa/a.js'), 'one');
    await writeFile(join(folder, 'psa/deep/b.js'), 'two');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const digest = (): Promise<string> => digestOfCode(pathToFileURL(`${folder}/`), ['psa']);

  it.each<[string, () => Promise<unknown>]>([
    ['a file is another', () => writeFile(join(folder, 'psa/deep/b.js'), 'too')],
    ['a file is added', () => writeFile(join(folder, 'psa/deep/c.js'), '')],
    ['a file is gone', () => rm(join(folder, 'psa/a.js'))],
    ['a file has another name', () => rename(join(folder, 'psa/a.js'), join(folder, 'psa/z.js'))],
  ])('is another when %s', async (_what, change) => {
    const before = await digest();
    await change();
    expect(await digest()).not.toBe(before);
  });

  it.each(['other/a.js', 'psa/a.js.map'])('is the same whatever is in %s', async (file) => {
    const before = await digest();
    await writeFile(join(folder, file), 'another');
    expect(await digest()).toBe(before);
  });

  it('is that of the code that runs', async () => {
    expect(await codeDigest()).toBe(
      await digestOfCode(new URL('../../src/', import.meta.url), ['domain', 'imports', 'marketplace', 'psa']),
    );
  });
});
