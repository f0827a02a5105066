import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/open.js';
import { createLogger } from '../../src/observability/logger.js';

const logger = createLogger({ level: 'silent' });
const KEY = Buffer.alloc(32, 5).toString('base64');

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'isthmus-open-'));
  await chmod(dataDir, 0o711);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('opening the embedded database', () => {
  it('makes a key for secrets once and keeps it where only we can read it', async () => {
    const config = readConfig({ ISTHMUS_DATA_DIR: dataDir });
    const first = await openDatabase(config, logger);
    await first.close();
    const second = await openDatabase(config, logger);
    await second.close();
    expect(first.secretKeys.keys).toHaveLength(1);
    expect(first.secretKeys.keys[0]?.key).toHaveLength(32);
    expect(second.secretKeys).toEqual(first.secretKeys);
    expect((await stat(join(dataDir, 'secret-keys'))).mode & 0o777).toBe(0o600);
  });

  it('prefers the keys that the environment names', async () => {
    const database = await openDatabase(readConfig({ ISTHMUS_DATA_DIR: dataDir, ISTHMUS_SECRET_KEYS: `mine:${KEY}` }), logger);
    await database.close();
    expect(database.secretKeys.keys.map(({ kid }) => kid)).toEqual(['mine']);
  });

  it('fails on a broken key file instead of making another key, and stops what it started', async () => {
    await writeFile(join(dataDir, 'secret-keys'), 'broken');
    const config = readConfig({ ISTHMUS_DATA_DIR: dataDir });
    await expect(openDatabase(config, logger)).rejects.toThrow(ConfigError);
    await expect(stat(join(dataDir, 'owner.json'))).rejects.toThrow('ENOENT');
    await writeFile(join(dataDir, 'secret-keys'), `k1:${KEY}`);
    await (await openDatabase(config, logger)).close();
  });
});
