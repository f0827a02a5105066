import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { integratorTicker } from '../../src/integrator/ticker.js';
import { createLogger } from '../../src/observability/logger.js';
import { createTestApp } from '../support/app.js';
import { stage, type Stage } from './stage.js';

let there: Stage | undefined;
afterEach(() => there?.close());

describe('the ticker', () => {
  it('should look at the schedules as soon as it starts, by the clock of the database, and be quiet once stopped', async () => {
    there = await stage();
    const tenantId = await there.addTenant(await there.addPsaInstance());
    // The process is a year behind; nobody asks it.
    const test = await createTestApp(there.database, [], { clock: { now: () => Date.now() - 365 * 86_400_000 } });
    await test.services.queue.start();
    const stop = await integratorTicker(test.services, test.app);
    while ((await there.imports(tenantId)).length === 0) await delay(10);
    await stop();
    const [{ slot } = { slot: null }] = await there.imports(tenantId);
    expect(Date.now() - Date.parse(`${slot}T00:00Z`)).toBeLessThan(2 * 86_400_000);
    expect(test.app.scheduler.getAllJobs()).toEqual([]);
    await test.close();
    await test.services.queue.stop();
  });

  it('should log what goes wrong and stay', async () => {
    there = await stage();
    const said: string[] = [];
    const logger = createLogger({ level: 'warn' });
    logger.error = ((_data: object, message: string) => void said.push(message)) as typeof logger.error;
    await there.dataSource.query('DROP TABLE integrator_slots');
    const test = await createTestApp(there.database, [], { logger });
    const stop = await integratorTicker(test.services, test.app);
    while (said.length === 0) await delay(10);
    expect(said).toEqual(['The schedules could not be looked at']);
    expect(test.app.scheduler.getAllJobs()).toHaveLength(1);
    await stop();
    await test.close();
  });
});
