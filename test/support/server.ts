import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { connect } from '../../src/database/connect.js';
import { startEmbedded } from '../../src/database/embedded/index.js';
import { migrate } from '../../src/database/migrate.js';

/** Where test files find the server and the template: environment variables, because each file may run in a process of its own. */
export const SERVER_URL = 'TEST_POSTGRES_URL';
export const TEMPLATE = 'TEST_POSTGRES_TEMPLATE';

/** Kept on the global object: setup and teardown are loaded as modules of their own. */
const state = globalThis as { isthmusTestServer?: { stop(): Promise<void> } };

/** Starts the tests' Postgres (or uses the one of TEST_DATABASE_URL) and makes the template. */
export async function startTestServer(): Promise<void> {
  const given = process.env['TEST_DATABASE_URL'];
  const { url, stop } = given ? { url: given, stop: () => Promise.resolve() } : await ownServer();
  const template = `isthmus_template_${randomBytes(4).toString('hex')}`;
  state.isthmusTestServer = {
    async stop() {
      await administer(url, `ALTER DATABASE ${template} IS_TEMPLATE false`, `DROP DATABASE ${template} WITH (FORCE)`);
      await stop();
    },
  };
  process.env[SERVER_URL] = url;
  process.env[TEMPLATE] = template;
  await administer(url, `CREATE DATABASE ${template}`);
  try {
    const dataSource = await connect(onDatabaseNamed(url, template), { attempts: 1 });
    try {
      await migrate(dataSource);
    } finally {
      await dataSource.destroy();
    }
    // Nobody, autovacuum included, may be connected to a database while it is cloned.
    await administer(url, `ALTER DATABASE ${template} IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  } catch (error) {
    await stopTestServer();
    throw error;
  }
}

/** Stops what `startTestServer` started. */
export async function stopTestServer(): Promise<void> {
  await state.isthmusTestServer?.stop();
  delete state.isthmusTestServer;
}

/** Runs statements, each on its own, on the server's own database. */
export async function administer(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The address of another database on the same server. */
export function onDatabaseNamed(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

/** A test run that is broken off: on exit the server is told to stop. */
function abort(): void {
  process.exit(130);
}

/** Without the safety against power cuts, which tests do not need. */
const HASTY = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200', 'autovacuum=off'];

async function ownServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'isthmus-test-'));
  await chmod(dataDir, 0o711);
  const postgres = await startEmbedded(dataDir, { settings: HASTY });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  return {
    url: postgres.url,
    async stop() {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, abort);
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
