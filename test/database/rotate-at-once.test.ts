import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import { type Config, readConfig } from '../../src/config.js';
import { requireKeys } from '../../src/database/require-keys.js';
import { reseal } from '../../src/database/reseal.js';
import { addKey, sealerOf, secretKeys } from '../../src/database/secret-keys.js';
import { run } from '../cli/run.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const KEY = `k1:${Buffer.alloc(32, 1).toString('base64')}`;

let database: TestDatabase;
let folder: string;
let config: Config;
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'isthmus-rotate-'));
  config = readConfig({ ISTHMUS_DATA_DIR: folder });
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await database.close();
});

describe('two rotations of the data directory’s keys', () => {
  it('keep each other’s new key, though both read the file before either added one', async () => {
    const id = randomUUID();
    const [first, second] = [await secretKeys(config), await secretKeys(config)];
    const sealed = (column: string): Promise<string> => sealerOf(first).seal(`the ${column}`, { table: 'psa_instances', column, row: id });
    await database.dataSource.manager.insert(PsaInstance, {
      id,
      name: 'n',
      baseUrl: 'https://halo.example.com',
      clientId: 'c',
      clientSecret: await sealed('client_secret'),
      webhookSecret: await sealed('webhook_secret'),
    });
    await reseal(database.dataSource, sealerOf({ ...first, keys: await addKey(first) }), { forget: false });
    await addKey(second);
    const afterwards = await secretKeys(config);
    await expect(requireKeys(database.dataSource, sealerOf(afterwards))).resolves.toBeUndefined();
    expect(afterwards.keys.map(({ kid }) => kid)).toEqual(['k3', 'k2', 'k1']);
  });

  it('do not go on at the same time: the second one is told so, and does nothing', async () => {
    const env = { DATABASE_URL: database.url, ISTHMUS_SECRET_KEYS: KEY };
    const runner = database.dataSource.createQueryRunner();
    const other = ['isthmus secrets rotate'];
    try {
      await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', other);
      expect(await run(['secrets', 'rotate'], env)).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringMatching(/Another `isthmus secrets rotate` is under way/),
      });
      await runner.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', other);
      expect(await run(['secrets', 'rotate'], env)).toMatchObject({ code: 0, out: expect.stringContaining('0 secrets sealed anew') });
    } finally {
      await runner.release();
    }
  });
});
