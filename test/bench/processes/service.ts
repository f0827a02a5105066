import { readConfig } from '../../../src/config.js';
import { type Pace, realPace } from '../../../src/egress/index.js';
import { startService } from '../../../src/main.js';
import { createLogger } from '../../../src/observability/logger.js';
import { untilStopped } from '../../../src/stop-signals.js';
import { answer } from './answer.js';
import { letPass } from './clock-ahead.js';

/**
 * The service as `isthmus start` runs it, except that a sandbox that bears more calls a second may be called faster, and that time may pass
 * faster for its budgets: so what a throttle makes last for half an hour is measured in a minute, with every wait of it.
 */
const config = readConfig();
const perSecond = process.env['BENCH_CALLS_PER_SECOND'];
const speed = process.env['BENCH_SPEED'];
const service = await startService(config, {
  logger: createLogger({ level: config.logLevel }),
  ...(perSecond === undefined ? {} : { marketplaceCallsPerSecond: Number(perSecond) }),
  ...(speed === undefined ? {} : { pace: hurried(Number(speed)) }),
});
answer({ url: () => service.url, letPass });
await untilStopped(() => service.close());
process.exit();

function hurried(times: number): Pace {
  const since = Date.now();
  return {
    ...realPace,
    now: () => since + (Date.now() - since) * times,
    sleep: (ms, signal) => realPace.sleep(ms / times, signal),
  };
}
