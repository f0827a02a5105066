import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { DataDirectoryInUse, joinEmbedded, startEmbedded } from '../../src/database/embedded/index.js';
import { commandOf } from '../../src/database/embedded/processes.js';

const HASTY = { settings: ['fsync=off'] };
const OWNER = new URL('./embedded-owner.js', import.meta.url).pathname;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'isthmus-embedded-'));
  await chmod(dataDir, 0o711);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** A process of its own that runs the Postgres of the data directory. */
async function startOwner(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [OWNER, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', (code) => reject(new Error(`The owner ended with ${code}`)));
  });
  return { child, url };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Whether a process works on the data directory. */
async function runsHere(pid: number): Promise<boolean> {
  return (await commandOf(pid))?.includes(dataDir) ?? false;
}

async function postmasterPid(): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

describe('the embedded Postgres', () => {
  it('keeps its data between starts, in UTF-8, on loopback, behind a password that is its own', async () => {
    const first = await startEmbedded(dataDir, HASTY);
    await query(first.url, `CREATE TABLE kept AS SELECT 'Zoë' AS name`);
    const [settings] = await query(
      first.url,
      `SELECT current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS listens, lower('É') AS lowered`,
    );
    expect(settings).toEqual({ encoding: 'UTF8', listens: '127.0.0.1', lowered: 'é' });
    expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(first.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await first.stop();

    const second = await startEmbedded(dataDir, HASTY);
    expect(await query(second.url, 'SELECT name FROM kept')).toEqual([{ name: 'Zoë' }]);
    await second.stop();
    await expect(query(second.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('belongs to one process: a second one is told so, unless it only wants to join', async () => {
    const { child, url } = await startOwner();
    try {
      await expect(startEmbedded(dataDir, HASTY)).rejects.toThrow(DataDirectoryInUse);
      await expect(startEmbedded(dataDir, HASTY)).rejects.toThrow(`in use by process ${child.pid}`);
      const guest = await joinEmbedded(dataDir);
      expect(guest?.url).toBe(url);
      await guest?.stop();
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await end(child, 'SIGTERM');
    }
    expect(await joinEmbedded(dataDir)).toBeUndefined();
  });

  it('ends with its process', async () => {
    const { child, url } = await startOwner();
    const pid = await postmasterPid();
    await end(child, 'SIGTERM');
    // It is told to end, and does so in its own time; the test's timeout bounds it.
    while (await runsHere(pid)) await new Promise((resolve) => setImmediate(resolve));
    await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('is started anew after its process was killed: the orphan is ended, its data stay', async () => {
    const { child, url } = await startOwner();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS one');
    const orphan = await postmasterPid();
    await end(child, 'SIGKILL');
    expect(await commandOf(orphan)).toContain(dataDir);
    expect(await joinEmbedded(dataDir)).toBeUndefined();

    const next = await startEmbedded(dataDir, HASTY);
    expect(await postmasterPid()).not.toBe(orphan);
    expect((await commandOf(orphan)) ?? '').not.toContain(dataDir);
    expect(await query(next.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await next.stop();
  });

  it('does not take another program for its own when a stale lock names its pid', async () => {
    const first = await startEmbedded(dataDir, HASTY);
    const lock = join(dataDir, 'postgres', 'postmaster.pid');
    const text = await readFile(lock, 'utf8');
    await first.stop();
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      await writeFile(lock, text.replace(/^\d+/, String(bystander.pid)));
      const second = await startEmbedded(dataDir, HASTY);
      expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
      await second.stop();
    } finally {
      await end(bystander, 'SIGKILL');
    }
  });

  it('is made by one of several processes that begin at once', async () => {
    const attempts = await Promise.allSettled([
      startEmbedded(dataDir, HASTY),
      startEmbedded(dataDir, HASTY),
      startEmbedded(dataDir, HASTY),
    ]);
    const started = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    await Promise.all(started.map((postgres) => postgres.stop()));
    expect(started).toHaveLength(1);
    const refusals = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason as unknown] : []));
    expect(refusals).toEqual([expect.any(DataDirectoryInUse), expect.any(DataDirectoryInUse)]);
  });
});
