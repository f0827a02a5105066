import { readConfig } from '../../../src/config.js';
import { startService } from '../../../src/main.js';
import { createLogger } from '../../../src/observability/logger.js';
import { untilStopped } from '../../../src/stop-signals.js';
import { answer } from './answer.js';

/** The service as `isthmus start` runs it, except that a sandbox that bears more calls a second may be called faster. */
const config = readConfig();
const perSecond = process.env['BENCH_CALLS_PER_SECOND'];
const service = await startService(config, {
  logger: createLogger({ level: config.logLevel }),
  ...(perSecond === undefined ? {} : { marketplaceCallsPerSecond: Number(perSecond) }),
});
answer({ url: () => service.url });
await untilStopped(() => service.close());
process.exit();
