import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../src/database/connect.js';
import { readiness } from '../../src/observability/health.js';
import { Queue } from '../../src/queue/queue.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Relay } from '../support/relay.js';

let database: TestDatabase;
let test: TestApp;
beforeEach(async () => {
  database = await createTestDatabase();
  test = await createTestApp(database, []);
  await test.services.queue.start();
});
afterEach(async () => {
  await test.services.queue.stop();
  await test.close();
  await database.close();
});

const ready = (): Promise<unknown> =>
  test.app
    .inject('/health/ready')
    .then((response) => ({ status: response.statusCode, checks: response.json<{ checks: unknown }>().checks }));

describe('health', () => {
  it('is told to everybody', async () => {
    expect((await test.app.inject('/health/live')).json()).toEqual({ status: 'live' });
    expect(await ready()).toEqual({ status: 200, checks: { database: 'ok', schema: 'ok', queue: 'ok' } });
  });

  it('is not ready while the queue does not run', async () => {
    await test.services.queue.stop();
    expect(await ready()).toEqual({ status: 503, checks: { database: 'ok', schema: 'ok', queue: 'failed' } });
  });

  it('is not ready on a schema that lacks a step', async () => {
    await database.dataSource.query('DELETE FROM migrations');
    expect(await ready()).toEqual({ status: 503, checks: { database: 'ok', schema: 'failed', queue: 'ok' } });
  });

  it('is not ready on a schema that a newer version has taken further since', async () => {
    await database.dataSource.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`);
    expect(await ready()).toEqual({ status: 503, checks: { database: 'ok', schema: 'failed', queue: 'ok' } });
  });

  it('is not ready when a newer version has changed the tables of the queue', async () => {
    await database.dataSource.query('UPDATE pgboss.version SET version = version + 1');
    expect(await ready()).toEqual({ status: 503, checks: { database: 'ok', schema: 'ok', queue: 'failed' } });
  });

  it('lives on without the database, but is not ready', async () => {
    await database.dataSource.destroy();
    expect((await test.app.inject('/health/live')).statusCode).toBe(200);
    expect(await ready()).toEqual({ status: 503, checks: { database: 'failed', schema: 'failed', queue: 'ok' } });
  });

  it('turns red when Postgres goes away, or answers nothing more, and green when it is back', async () => {
    const relay = await Relay.to(database.url);
    const dataSource = await connect(relay.url, { attempts: 1 });
    const queue = new Queue({ url: relay.url, logger: test.services.logger, patienceMs: 100 });
    await queue.start();
    const away = { status: 503, checks: { database: 'failed', schema: 'failed', queue: 'failed' } };
    const back = { status: 200, checks: { database: 'ok', schema: 'ok', queue: 'ok' } };
    const found = async (): Promise<unknown> => {
      const { status, checks } = await readiness(dataSource, queue);
      return { status: status === 'ready' ? 200 : 503, checks };
    };
    expect(await found()).toEqual(back);
    await relay.cut();
    expect(await found()).toEqual(away);
    await relay.mend();
    expect(await found()).toEqual(back);
    relay.swallow();
    expect(await found()).toEqual(away);
    await relay.cut();
    await relay.mend();
    expect(await found()).toEqual(back);
    await queue.stop();
    await dataSource.destroy();
    await relay.cut();
  });
});
