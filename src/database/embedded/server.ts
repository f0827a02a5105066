import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.js';
import { DatabaseUnavailable } from '../unavailable.js';
import type { Account } from './account.js';

/** A Postgres that this process runs. */
export interface Server {
  port: number;
  /** Ends sessions, shuts down cleanly; settles when the process has gone. */
  stop(): Promise<void>;
}

const ATTEMPTS = 5;

/**
 * Starts Postgres on a free port of 127.0.0.1, without a Unix socket.
 *
 * It stands in a process group of its own, so that Ctrl-C in a terminal reaches only us and we close it in order. Should we end
 * without that, it is told to shut down on our way out; only after a SIGKILL it lives on, and the next start ends it.
 * @throws DatabaseUnavailable with what Postgres said.
 */
export async function startServer(program: string, folder: string, account: Account, settings: string[], logger?: Logger): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const { child, said } = await launch(
      program,
      ['-D', folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      account,
      logger,
    );
    if (child) return running(child, port, logger);
    // Another program may have taken the port meanwhile, and children of a killed Postgres need a moment to end.
    const passing = /address already in use|could not create any TCP|pre-existing shared memory/i.test(said);
    if (!passing || attempt >= ATTEMPTS)
      throw new DatabaseUnavailable(`The embedded Postgres in ${folder} does not start: ${said.trim() || 'it said nothing'}`);
    await delay(1000);
  }
}

async function launch(
  program: string,
  flags: string[],
  account: Account,
  logger?: Logger,
): Promise<{ child?: ChildProcess; said: string }> {
  const child = spawn(program, flags, {
    ...account,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve({ said }));
    child.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      if (said.length < 20_000) said += text;
      logger?.debug({ postgres: text.trim() }, 'The embedded Postgres says');
      if (said.includes('database system is ready to accept connections')) resolve({ child, said });
    });
  });
}

function running(child: ChildProcess, port: number, logger?: Logger): Server {
  let stopping = false;
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      process.off('exit', onExit);
      if (!stopping) logger?.error({ code, signal }, 'The embedded Postgres ended by itself; restart Isthmus');
      resolve();
    });
  });
  const onExit = (): void => void child.kill('SIGINT');
  process.once('exit', onExit);
  return {
    port,
    async stop() {
      stopping = true;
      child.kill('SIGINT');
      const slow = setTimeout(() => child.kill('SIGQUIT'), 20_000);
      await ended;
      clearTimeout(slow);
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('No free port'))));
    });
  });
}
