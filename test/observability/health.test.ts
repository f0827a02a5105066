import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

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

  it('lives on without the database, but is not ready', async () => {
    await database.dataSource.destroy();
    expect((await test.app.inject('/health/live')).statusCode).toBe(200);
    expect(await ready()).toEqual({ status: 503, checks: { database: 'failed', schema: 'failed', queue: 'ok' } });
  });
});
