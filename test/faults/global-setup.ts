import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestServer } from '../support/server.js';
import { FIGURES_FILE } from './figures.js';

/** Runs once before all files: one Postgres, and a place for the figures that end up in the table. */
export default async function globalSetup(): Promise<void> {
  process.env[FIGURES_FILE] = join(tmpdir(), `isthmus-faults-${randomBytes(6).toString('hex')}.jsonl`);
  await startTestServer();
}
