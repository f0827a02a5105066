import { startTestServer } from './server.js';

/** Runs once before all test files: one Postgres, with a migrated template that each test file's database is cloned from. */
export default async function globalSetup(): Promise<void> {
  await startTestServer();
}
