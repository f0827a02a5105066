import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { connect } from '../../src/database/connect.js';
import { type EmbeddedPostgres, startEmbedded } from '../../src/database/embedded/index.js';
import { readPostmaster } from '../../src/database/embedded/orphan.js';
import { migrate } from '../../src/database/migrate.js';
import { until } from './until.js';

/** A Postgres of a test's own, always at one address, that can be ended at once and started again. */
export class PostgresServer {
  private running?: EmbeddedPostgres;

  private constructor(
    private readonly dataDir: string,
    private readonly port: number,
  ) {}

  /** Not started yet. */
  static async make(): Promise<PostgresServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'isthmus-faults-'));
    await chmod(dataDir, 0o711);
    return new PostgresServer(dataDir, await freePort());
  }

  /** Its address; the password is known once it was started for the first time. */
  get url(): string {
    const url = new URL(this.running?.url ?? 'postgres://postgres:unknown@127.0.0.1/postgres');
    url.port = String(this.port);
    return url.href;
  }

  async start(): Promise<void> {
    this.running = await startEmbedded(this.dataDir, { settings: [`port=${this.port}`] });
  }

  /** Ends it as `pg_ctl -m immediate` does: no session is told, nothing is written out; the next start recovers. */
  async endImmediately(): Promise<void> {
    const postmaster = await readPostmaster(join(this.dataDir, 'postgres'));
    if (!postmaster) throw new Error('There is no Postgres to end.');
    process.kill(postmaster.pid, 'SIGQUIT');
    await until('the end of Postgres', () => !isAlive(postmaster.pid));
    await this.running?.stop();
  }

  /** A connection of the test's own, on today's schema. */
  async migrated(): Promise<DataSource> {
    const dataSource = await connect(this.url, { attempts: 1 });
    await migrate(dataSource);
    return dataSource;
  }

  async remove(): Promise<void> {
    await this.running?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
