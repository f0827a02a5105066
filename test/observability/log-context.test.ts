import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withLogFields } from '../../src/observability/log-context.js';
import { createLogger } from '../../src/observability/logger.js';
import type { Feature } from '../../src/app.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const lines: string[] = [];
const logger = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } });

function logged(): Record<string, unknown>[] {
  return lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('what is worked on', () => {
  it('is on every line that the work logs, through whoever it calls', async () => {
    logged();
    await withLogFields({ importId: 'one' }, async () => {
      await Promise.resolve();
      logger.child({ tenantId: 'two' }).info('deep inside');
      withLogFields({ requestId: 'three' }, () => logger.warn({ importId: 'itself' }, 'deeper'));
    });
    logger.info('outside');
    const [inside, deeper, outside] = logged();
    expect(inside).toMatchObject({ importId: 'one', tenantId: 'two' });
    expect(deeper).toMatchObject({ importId: 'itself', requestId: 'three' });
    expect(outside).not.toHaveProperty('importId');
  });

  it('is said once, though the logger says it too', () => {
    withLogFields({ importId: 'one' }, () => logger.child({ importId: 'one' }).info('twice'));
    expect(
      lines
        .splice(0)
        .join('')
        .match(/importId/g),
    ).toHaveLength(1);
  });
});

const feature: Feature = (app, services) => {
  app.post('/logs', { config: { access: 'viewer' } }, async () => {
    await services.dataSource.query('SELECT 1');
    services.logger.info('from a service');
    return {};
  });
};

describe('a request', () => {
  let database: TestDatabase;
  let test: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    test = await createTestApp(database, [feature], { logger });
    // A real connection, because a body that arrives in pieces is where the thread gets lost.
    await test.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await test.close();
    await database.close();
  });

  it('has one id on all its lines: those of services, its answer, its fault', async () => {
    const { port } = test.app.server.address() as { port: number };
    const headers = { authorization: `Bearer ${await test.token('viewer')}`, 'content-type': 'application/json' };
    logged();
    const body = JSON.stringify({ long: 'x'.repeat(300_000) });
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/logs`, { method: 'POST', headers, body })).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/logs`, { method: 'POST', headers, body: '{' })).status).toBe(400);
    const all = logged();
    const ids = (msg: string): unknown[] => all.filter((line) => line['msg'] === msg).map((line) => line['requestId']);
    const [good, bad] = ids('Answered');
    expect(good).toMatch(/^[\da-f-]{36}$/);
    expect(bad).not.toBe(good);
    expect(ids('from a service')).toEqual([good]);
    expect(ids('A request was refused')).toEqual([bad]);
  });
});
