import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startEmbedded } from '../../src/database/embedded/index.js';
import { birthOf } from '../../src/database/embedded/processes.js';

const HASTY = { settings: ['fsync=off'] };

let dataDir: string;
let over: AbortController;
beforeEach(async () => {
  over = new AbortController();
  dataDir = await mkdtemp(join(tmpdir(), 'isthmus-embedded-'));
  await chmod(dataDir, 0o711);
});
afterEach(() => {
  over.abort();
  return rm(dataDir, { recursive: true, force: true });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // A session may be ended while nothing is asked.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

const postmaster = async (): Promise<number> =>
  Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while ((await birthOf(pid)) !== undefined) await new Promise((resolve) => setImmediate(resolve));
}

/** Asks until there is an answer; the test's timeout bounds it. */
async function answered(url: string, text: string): Promise<unknown[]> {
  for (;;) {
    const rows = await query(url, text).catch(() => undefined);
    if (rows) return rows;
    // Others need the processor, too.
    await delay(50, undefined, { signal: over.signal });
  }
}

describe('an embedded Postgres that was killed while its owner runs', () => {
  it('is started again at the same address, with what it held', async () => {
    const postgres = await startEmbedded(dataDir, HASTY);
    try {
      await query(postgres.url, 'CREATE TABLE kept AS SELECT 1 AS one');
      await kill(await postmaster());
      expect(await answered(postgres.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    } finally {
      await postgres.stop();
    }
    await expect(query(postgres.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('is not left running by a stop that comes while it is started again', async () => {
    const postgres = await startEmbedded(dataDir, HASTY);
    await kill(await postmaster());
    await postgres.stop();
    await expect(query(postgres.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    const next = await startEmbedded(dataDir, HASTY);
    expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await next.stop();
  });
});
