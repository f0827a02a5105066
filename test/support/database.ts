import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { connect } from '../../src/database/connect.js';
import { administer, onDatabaseNamed, SERVER_URL, TEMPLATE } from './server.js';

/** A database for one test file, or one test. */
export interface TestDatabase {
  /** With user and password; for what connects by itself. */
  url: string;
  /** Connected. */
  dataSource: DataSource;
  /** Closes the DataSource and drops the database. */
  close(): Promise<void>;
}

/** Makes a database with today's schema, cloned from the run's template. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(required(TEMPLATE));
}

/** Makes a database without any table, for tests of migrating. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create('template0');
}

async function create(template: string): Promise<TestDatabase> {
  const server = required(SERVER_URL);
  const name = `isthmus_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = onDatabaseNamed(server, name);
  const dataSource = await connect(url, { attempts: 1 });
  return {
    url,
    dataSource,
    async close() {
      if (dataSource.isInitialized) await dataSource.destroy();
      await administer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with jest, whose global setup starts a Postgres.`);
  return value;
}
