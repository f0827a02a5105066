import type { DataSource } from 'typeorm';
import type { Config } from '../config.js';
import type { Logger } from '../observability/logger.js';
import { connect, describeDatabase } from './connect.js';
import { joinEmbedded, startEmbedded, type EmbeddedPostgres } from './embedded/index.js';
import { secretKeys, type SecretKeys } from './secret-keys.js';
import { within } from '../within.js';

const PATIENCE_MS = 2_000;

/** The database as the configuration says, connected; not yet migrated. */
export interface Database {
  url: string;
  dataSource: DataSource;
  secretKeys: SecretKeys;
  /** Whether it is the embedded Postgres of another Isthmus that runs. */
  joined: boolean;
  /** Closes the connections, then stops Postgres if it is the embedded one. */
  close(): Promise<void>;
}

/**
 * Opens the database: that of DATABASE_URL, or the embedded one.
 * @param options.join With the embedded one, use the Postgres of an Isthmus that runs there, if one does. For commands.
 */
export async function openDatabase(config: Config, logger: Logger, options: { join?: boolean } = {}): Promise<Database> {
  if (config.databaseUrl !== undefined) {
    logger.info(`Using the database at ${describeDatabase(config.databaseUrl)}`);
    const dataSource = await connect(config.databaseUrl, { logger, sparing: config.role === 'worker' });
    return { url: config.databaseUrl, dataSource, secretKeys: await secretKeys(config), joined: false, close: () => closed(dataSource) };
  }
  const embedded = await embeddedPostgres(config, logger, options.join ?? false);
  try {
    const keys = await secretKeys(config);
    const dataSource = await connect(embedded.url, { logger, attempts: 3 });
    return {
      url: embedded.url,
      dataSource,
      secretKeys: keys,
      joined: embedded.guest,
      async close() {
        await closed(dataSource);
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** Closes the connections. One that is in use for longer, by work that does not end, closes with the process. */
async function closed(dataSource: DataSource): Promise<void> {
  await within(PATIENCE_MS, dataSource.destroy());
}

async function embeddedPostgres(config: Config, logger: Logger, join: boolean): Promise<EmbeddedPostgres> {
  const running = join ? await joinEmbedded(config.dataDir) : undefined;
  if (running) return running;
  logger.info({ dataDir: config.dataDir }, 'Using an embedded Postgres, which is for one machine; set DATABASE_URL for any other');
  return startEmbedded(config.dataDir, { logger });
}
