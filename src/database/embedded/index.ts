import { randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../observability/logger.js';
import { DatabaseUnavailable } from '../unavailable.js';
import { barrier, postgresAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { ensureCluster, SUPERUSER } from './cluster.js';
import { isCode, readIfThere, readOrCreate } from './files.js';
import { clearOrphan, readPostmaster } from './orphan.js';
import { isOwned, takeOwnership } from './ownership.js';
import { startServer } from './server.js';

export { DataDirectoryInUse } from './ownership.js';

/** A Postgres that runs for this process, or another Isthmus's that it is a guest of. */
export interface EmbeddedPostgres {
  /** The address of its database, with user and password. */
  url: string;
  /** Whether another Isthmus runs it. */
  guest: boolean;
  /** Stops it; a guest only leaves. */
  stop(): Promise<void>;
}

const POSTGRES = 'postgres';
const PASSWORD = 'postgres-password';

/** Small, for one machine: what matters is that it starts anywhere. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  'timezone=UTC',
  'log_timezone=UTC',
  'lc_messages=C',
  'logging_collector=off',
];

/**
 * Starts the Postgres of a data directory, making it on first use. Data stay between starts.
 * @param settings Further `name=value` settings of Postgres.
 * @throws DataDirectoryInUse while another Isthmus runs there; DatabaseUnavailable when Postgres cannot run.
 */
export async function startEmbedded(dataDir: string, options: { logger?: Logger; settings?: string[] } = {}): Promise<EmbeddedPostgres> {
  const { logger, settings = [] } = options;
  const account = await postgresAccount();
  await makeDataDir(dataDir, account.uid !== undefined);
  const ownership = await takeOwnership(dataDir, logger);
  try {
    const closed = await barrier(dataDir, account);
    if (closed !== undefined) {
      throw new DatabaseUnavailable(
        `As root, the embedded Postgres runs as the user "postgres", which may not enter ${closed}. Set ISTHMUS_DATA_DIR to a folder it can reach, such as /var/lib/isthmus, or set DATABASE_URL.`,
      );
    }
    const binaries = await findBinaries(dataDir, account);
    const password = await readOrCreate(join(dataDir, PASSWORD), () => randomBytes(24).toString('base64url'));
    const folder = join(dataDir, POSTGRES);
    await ensureCluster(folder, binaries, account, password);
    const cleared = await clearOrphan(folder);
    if (cleared !== 'none') logger?.warn({ cleared }, 'The last run ended without closing its database; what it left was cleared');
    const server = await startServer(binaries.postgres, folder, account, [...SETTINGS, ...settings], logger);
    return {
      url: address(server.port, password),
      guest: false,
      async stop() {
        await server.stop();
        await ownership.release();
      },
    };
  } catch (error) {
    await ownership.release();
    throw error;
  }
}

/**
 * The embedded Postgres of a data directory where another Isthmus runs, for commands that only need its database.
 * Undefined when none runs there.
 */
export async function joinEmbedded(dataDir: string): Promise<EmbeddedPostgres | undefined> {
  if (!(await isOwned(dataDir))) return undefined;
  const postmaster = await readPostmaster(join(dataDir, POSTGRES));
  const password = await readIfThere(join(dataDir, PASSWORD));
  if (!postmaster || password === undefined) return undefined;
  return { url: address(postmaster.port, password.trim()), guest: true, stop: () => Promise.resolve() };
}

/** Said, because PGSSLMODE in the environment would else ask for TLS here too, which never leaves the machine. */
const WITHOUT_TLS = 'sslmode=disable';

function address(port: number, password: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres?${WITHOUT_TLS}`;
}

/** As root, the user `postgres` must be able to pass through; what is secret inside has mode 0600 itself. */
async function makeDataDir(dataDir: string, passable: boolean): Promise<void> {
  try {
    const made = await mkdir(dataDir, { recursive: true });
    if (made !== undefined) await chmod(dataDir, passable ? 0o711 : 0o700);
  } catch (error) {
    const reason = isCode(error, 'EACCES') || isCode(error, 'EPERM') ? 'it may not be written to' : (error as Error).message;
    throw new DatabaseUnavailable(
      `The data directory ${dataDir} cannot be made: ${reason}. Set ISTHMUS_DATA_DIR to another, or set DATABASE_URL.`,
    );
  }
}
