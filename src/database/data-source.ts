import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { entities } from '../../entities/index.js';
import { migrations } from '../../migrations/index.js';
import { mortalClient, STATEMENT_TIMEOUT_MS } from './mortal-client.js';
import { SparingPool } from './sparing-pool.js';

/**
 * A DataSource on a Postgres address, not yet connected. Tables are made by migrations only.
 *
 * A dead peer is noticed by TCP keep-alive, a way that swallows everything by its silence; a statement that waits for more than two minutes is given up, so that nothing
 * hangs for ever behind a lock. A transaction that its process left open for a minute is ended, and its locks with it: the process
 * is stopped or cut off, and others have to go on.
 * @param options.sparing With as few connections as it can do with; see {@link SparingPool}.
 */
export function createDataSource(
  url: string,
  options: { poolSize?: number; applicationName?: string; silenceMs?: number; sparing?: boolean } = {},
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    migrationsRun: false,
    logging: false,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    applicationName: options.applicationName ?? 'isthmus',
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 10_000,
    ...(options.sparing === true ? { driver: { Pool: SparingPool } } : {}),
    extra: {
      keepAlive: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 60_000,
      Client: mortalClient(options.silenceMs),
    },
  });
}
