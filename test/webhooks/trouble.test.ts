import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance, WebhookDelivery } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import type { Queue } from '../../src/queue/queue.js';
import { A_MINUTE } from '../../src/webhooks/limits.js';
import { prune } from '../../src/webhooks/prune.js';
import { store } from '../../src/webhooks/inbox.js';
import { webhookSweeper } from '../../src/webhooks/sweep.js';
import { receiveWebhooks, webhookRoutes } from '../../src/webhooks/routes.js';
import { wishOf } from '../../src/webhooks/wish.js';
import { PostgresServer } from '../faults/postgres-server.js';
import { until } from '../faults/until.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { storePsaInstance } from '../support/psa-instance.js';
import { stage, type Stage } from './stage.js';

const BODY = { event: 'import.client', client_id: 12 };

let there: Stage;
let tenantId: string;
beforeAll(async () => {
  there = await stage();
  tenantId = await there.addTenant('North', { n1: '12' });
});
afterAll(() => there.close());
beforeEach(() => there.clear());

const stored = (): Promise<number> => there.app.database.dataSource.manager.count(WebhookDelivery);

describe('a delivery that was stored and not acted on', () => {
  it('should be acted on by a sweep, once, when its process died in between', async () => {
    const { dataSource } = there.app.services;
    const sent = { psaInstanceId: there.psaInstanceId, webhookId: null, text: JSON.stringify(BODY), wish: wishOf(BODY) };
    const { deliveryId } = await store(dataSource, sent);
    expect(await there.imports(tenantId)).toEqual([]);
    await Promise.all([there.sweep(), there.sweep(), there.sweep()]);
    expect(await there.imports(tenantId)).toMatchObject([{ trigger: 'webhook', requestedBy: `webhook delivery ${deliveryId}` }]);
    expect(await there.deliveries()).toMatchObject([{ state: 'acted', imports: [{ state: 'started' }] }]);
  });

  it('should be acted on by the worker that sweeps, until that is stopped', async () => {
    const { app, services } = there.app;
    const sent = { psaInstanceId: there.psaInstanceId, webhookId: null, text: JSON.stringify(BODY), wish: wishOf(BODY) };
    await store(services.dataSource, sent);
    const stop = await webhookSweeper(services, app);
    await until('the import', async () => (await there.imports(tenantId)).length > 0);
    await stop();
    expect(['webhooks', 'webhooks-prune'].map((id) => app.scheduler.existsById(id))).toEqual([false, false]);
  });

  it('should be acted on when it is sent again', async () => {
    const { dataSource } = there.app.services;
    await store(dataSource, { psaInstanceId: there.psaInstanceId, webhookId: null, text: JSON.stringify(BODY), wish: wishOf(BODY) });
    expect(await there.accepted(BODY)).toMatchObject({ repeat: true, state: 'acted', imports: [{ tenantId, state: 'started' }] });
    expect(await there.imports(tenantId)).toHaveLength(1);
  });

  it('should be acknowledged though acting fails, and acted on later', async () => {
    const failing = { enqueueImport: () => Promise.reject(new Error('no queue')) } as unknown as Queue;
    const lame = await createTestApp(there.app.database, [], { ...there.app.services, queue: failing }, [webhookRoutes]);
    const answer = await there.accepted(BODY, { to: lame });
    await lame.close();
    expect(answer).toMatchObject({ state: 'stored', imports: [] });
    expect(await there.imports(tenantId)).toEqual([]);
    await there.sweep();
    expect(await there.imports(tenantId)).toHaveLength(1);
    expect(await there.deliveries()).toMatchObject([{ id: answer.id, state: 'acted' }]);
  });
});

describe('a database that is down', () => {
  it('should be answered with 503, and the next try is taken', async () => {
    const postgres = await PostgresServer.make();
    try {
      await postgres.start();
      await (await postgres.migrated()).destroy();
      const dataSource = await connect(postgres.url, { attempts: 1 });
      const { sealer } = there.app.services;
      const psaInstanceId = await storePsaInstance(dataSource);
      const place = { table: 'psa_instances', column: 'webhook_secret', row: psaInstanceId };
      await dataSource.manager.update(PsaInstance, { id: psaInstanceId }, { webhookSecret: await sealer.seal('of this test', place) });
      const process = await createTestApp({ url: postgres.url, dataSource, close: () => dataSource.destroy() }, [], { sealer }, [
        webhookRoutes,
      ]);
      const send = async (secret = 'of this test'): ReturnType<Stage['send']> =>
        process.app.inject({
          method: 'POST',
          url: `/webhooks/halo/${psaInstanceId}`,
          headers: { 'x-isthmus-secret': secret },
          payload: { event: 'note' },
        });
      await postgres.endImmediately();
      for (const secret of ['of this test', 'wrong']) {
        const answer = await send(secret);
        expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
        expect(answer.headers['content-type']).toContain('application/problem+json');
      }
      await postgres.start();
      const answer = await send();
      expect([answer.statusCode, answer.json()]).toMatchObject([202, { repeat: false, state: 'ignored' }]);
      expect(await dataSource.manager.count(WebhookDelivery)).toBe(1);
      await process.close();
      await dataSource.destroy();
    } finally {
      await postgres.remove();
    }
  });

  it('should be answered with 503 when it answers and cannot store', async () => {
    const { dataSource } = there.app.database;
    await dataSource.query(`ALTER TABLE webhook_deliveries RENAME TO webhook_elsewhere`);
    const answer = await there.send({ body: BODY });
    await dataSource.query(`ALTER TABLE webhook_elsewhere RENAME TO webhook_deliveries`);
    expect([answer.statusCode, answer.body.includes('webhook_deliveries')]).toEqual([503, false]);
    expect((await there.accepted(BODY)).repeat).toBe(false);
  });
});

describe('a flood', () => {
  const few = { address: 30, instance: 10 };
  const limited = (): Promise<TestApp> => there.process({}, (app, services) => receiveWebhooks(app, services, few));
  const statuses = (answers: { statusCode: number }[]): Record<number, number> =>
    answers.reduce<Record<number, number>>((counts, { statusCode }) => ({ ...counts, [statusCode]: (counts[statusCode] ?? 0) + 1 }), {});

  it('should be refused beyond the limit, before anything is looked up, and leave other addresses alone', async () => {
    const to = await limited();
    const from = '198.51.100.1';
    let looked = 0;
    const { createQueryRunner } = to.services.dataSource;
    to.services.dataSource.createQueryRunner = function (...all) {
      looked += 1;
      return createQueryRunner.apply(this, all);
    };
    const headers = { authorization: 'Bearer wrong' };
    const flood = (): Promise<{ statusCode: number }[]> =>
      Promise.all(Array.from({ length: few.instance }, () => there.send({ body: BODY, headers, from, to })));
    expect(statuses(await flood())).toEqual({ 401: few.instance });
    const before = looked;
    expect(before).toBeGreaterThanOrEqual(few.instance);
    expect(statuses(await flood())).toEqual({ 429: few.instance });
    const refused = await there.send({ body: BODY, from, to });
    expect([refused.statusCode, refused.headers['content-type'], refused.headers['retry-after']]).toEqual([
      429,
      expect.stringContaining('application/problem+json'),
      expect.stringMatching(/^[1-9]\d?$/),
    ]);
    expect([looked, await stored()]).toEqual([before, 0]);
    expect((await there.send({ body: BODY, to, from: '198.51.100.2' })).statusCode).toBe(202);
  });

  it('should not help to name another instance each time', async () => {
    const to = await limited();
    const answers: { statusCode: number }[] = [];
    for (let sent = 0; sent < few.address + 5; sent += 1) {
      answers.push(await to.app.inject({ method: 'POST', url: `/webhooks/halo/${randomUUID()}`, payload: BODY }));
    }
    expect(statuses(answers)).toEqual({ 401: few.address, 429: 5 });
  });

  it('should be bounded in the service, with room for a runbook that walks through all clients', async () => {
    const answer = await there.send({ body: { event: 'note' } });
    expect(Number(answer.headers['x-ratelimit-limit'])).toBe(A_MINUTE.instance);
    expect(A_MINUTE.address).toBeGreaterThan(A_MINUTE.instance);
  });
});

describe('deliveries that are over', () => {
  it('should be pruned when they are old, and not while something of them waits', async () => {
    const old = await there.accepted({ event: 'old' });
    await there.startOther(tenantId);
    const waits = await there.accepted(BODY);
    await there.ago(31 * 86_400);
    const fresh = await there.accepted({ event: 'fresh' });
    expect(await prune(there.app.services.dataSource)).toBe(1);
    expect((await there.deliveries()).map(({ id }) => id)).toEqual([fresh.id, waits.id]);
    expect(old.id).not.toBe(fresh.id);
  });

  it('should be pruned beyond the newest ones of an instance', async () => {
    for (const event of ['one', 'two', 'three']) await there.accepted({ event });
    expect(await prune(there.app.services.dataSource, { days: 30, deliveries: 2 })).toBe(1);
    expect((await there.deliveries()).map(({ event }) => event)).toEqual(['three', 'two']);
  });
});
