import { startEmbedded } from '../../src/database/embedded/index.js';

/** Runs the embedded Postgres of the data directory named on the command line until SIGTERM; prints its address. */
// Before the address is printed: whoever reads it may send the signal at once.
process.once('SIGTERM', () => process.exit(0));
const postgres = await startEmbedded(process.argv[2] ?? '', { settings: ['fsync=off'] });
process.stdout.write(`${postgres.url}\n`);
