import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Logger } from '../observability/logger.js';
import { createDataSource } from './data-source.js';
import { DatabaseUnavailable } from './unavailable.js';

const OLDEST_SERVER = 150_000;

/** A refusal that waiting does not heal: wrong user, password, database, or no right to connect. */
const FINAL_STATES = new Set(['28000', '28P01', '3D000', '42501', '08P01']);

export interface ConnectOptions {
  logger?: Logger;
  /** How often it is tried, one second apart to begin with, at most five. */
  attempts?: number;
  sleep?: (milliseconds: number) => Promise<unknown>;
  poolSize?: number;
  /** Whether to do with few connections: for a process that only runs imports. */
  sparing?: boolean;
}

/**
 * Connects to a Postgres that may still be starting.
 * @throws DatabaseUnavailable when it stays out of reach, refuses us, or is older than version 15.
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<DataSource> {
  const { logger, attempts = 12, sleep = delay, poolSize, sparing = false } = options;
  const where = describeDatabase(url);
  for (let attempt = 1; ; attempt += 1) {
    const dataSource = createDataSource(url, { sparing, ...(poolSize === undefined ? {} : { poolSize }) });
    try {
      await dataSource.initialize();
    } catch (error) {
      const reason = reasonOf(error);
      if (attempt >= attempts || FINAL_STATES.has(stateOf(error))) {
        throw new DatabaseUnavailable(
          `The database at ${where} cannot be reached: ${reason}. Check DATABASE_URL and that Postgres runs there.`,
        );
      }
      logger?.warn({ attempt, of: attempts, reason }, `The database at ${where} does not answer yet; trying again`);
      await sleep(Math.min(attempt * 1000, 5000));
      continue;
    }
    try {
      await checkVersion(dataSource, where);
      return dataSource;
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  }
}

/** Host, port and database of a Postgres address, without user and password: fit for logs. */
export function describeDatabase(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || 'localhost'}:${port || '5432'}${pathname}`;
}

async function checkVersion(dataSource: DataSource, where: string): Promise<void> {
  const rows = await dataSource.query<{ number: string; text: string }[]>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text`,
  );
  const row = rows[0];
  if (row && Number(row.number) >= OLDEST_SERVER) return;
  throw new DatabaseUnavailable(
    `The database at ${where} is Postgres ${row?.text ?? 'of an unknown version'}; Isthmus needs 15 or newer. Upgrade it, or point DATABASE_URL to another.`,
  );
}

function stateOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** node-postgres gives an AggregateError with an empty message when every address of a host refuses. */
function reasonOf(error: unknown): string {
  const { message = '', errors = [] } = error as { message?: string; errors?: unknown[] };
  return message || (errors.length > 0 ? reasonOf(errors[0]) : stateOf(error)) || 'unknown reason';
}
