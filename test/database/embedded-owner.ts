import { startEmbedded } from '../../src/database/embedded/index.js';

/** Runs the embedded Postgres of the data directory named on the command line until SIGTERM; prints its address. */
const postgres = await startEmbedded(process.argv[2] ?? '', { settings: ['fsync=off'] });
process.stdout.write(`${postgres.url}\n`);
process.once('SIGTERM', () => process.exit(0));
