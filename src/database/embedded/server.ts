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

/** How long is waited before a Postgres that could not be started again, or has lived no longer than that, is started anew. In milliseconds. */
const AGAIN_MS = 5_000;

/** What a Postgres is started with. */
interface Launch {
  program: string;
  folder: string;
  account: Account;
  settings: string[];
  logger?: Logger | undefined;
}

/**
 * Starts Postgres on a free port of 127.0.0.1, without a Unix socket. Should it end by itself, killed for want of memory, say, or because the disk was
 * full, it is started again on the same port: who uses it takes it for a database that was away for a while.
 *
 * It stands in a process group of its own, so that Ctrl-C in a terminal reaches only us and we close it in order. Should we end
 * without that, it is told to shut down on our way out; only after a SIGKILL it lives on, and the next start ends it.
 * @throws DatabaseUnavailable with what Postgres said.
 */
export async function startServer(program: string, folder: string, account: Account, settings: string[], logger?: Logger): Promise<Server> {
  const how = { program, folder, account, settings, logger };
  const { child, port } = await started(how, freePort);
  return new Kept(child, port, how);
}

async function started(how: Launch, portFor: () => Promise<number>): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await portFor();
    const { child, said } = await launch(how, port);
    if (child) return { child, port };
    // Another program may have taken the port meanwhile, and children of a killed Postgres need a moment to end.
    const passing = /address already in use|could not create any TCP|pre-existing shared memory/i.test(said);
    if (!passing || attempt >= ATTEMPTS)
      throw new DatabaseUnavailable(`The embedded Postgres in ${how.folder} does not start: ${said.trim() || 'it said nothing'}`);
    await delay(1000);
  }
}

async function launch(
  { program, folder, account, settings, logger }: Launch,
  port: number,
): Promise<{ child?: ChildProcess; said: string }> {
  const flags = ['-D', folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
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

/** A Postgres that is started again whenever it ends without being told to. */
class Kept implements Server {
  private readonly stopping = new AbortController();
  private readonly life: Promise<void>;
  private readonly onExit = (): void => void this.child.kill('SIGINT');

  constructor(
    private child: ChildProcess,
    readonly port: number,
    private readonly how: Launch,
  ) {
    process.once('exit', this.onExit);
    this.life = this.live();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.child.kill('SIGINT');
    const slow = setTimeout(() => this.child.kill('SIGQUIT'), 20_000);
    await this.life;
    clearTimeout(slow);
    process.off('exit', this.onExit);
  }

  private async live(): Promise<void> {
    for (;;) {
      const began = performance.now();
      const [code, signal] = await endOf(this.child);
      if (this.stopping.signal.aborted) return;
      this.how.logger?.warn({ code, signal }, 'The embedded Postgres ended by itself; it is started again');
      if (performance.now() - began < AGAIN_MS) await this.pause();
      const next = await this.again();
      if (!next) return;
      this.child = next;
      // Told to stop while that one was starting.
      if (this.stopping.signal.aborted) next.kill('SIGINT');
    }
  }

  /** Undefined when it is told to stop before. */
  private async again(): Promise<ChildProcess | undefined> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        return (await started(this.how, () => Promise.resolve(this.port))).child;
      } catch (error) {
        this.how.logger?.error({ err: error }, 'The embedded Postgres cannot be started again; it is tried until it can');
        await this.pause();
      }
    }
    return undefined;
  }

  /** Over at once when it is told to stop. */
  private async pause(): Promise<void> {
    await delay(AGAIN_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

function endOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve([code, signal])));
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
