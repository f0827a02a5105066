import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance, WebhookDelivery } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import type { Queue } from '../../src/queue/queue.js';
import { A_MINUTE } from '../../src/webhooks/limits.js';
import { prune } from '../../src/webhooks/prune.js';
import { store } from '../../src/webhooks/inbox.js';
import { webhookSweeper } from '../../src/webhooks/sweep.js';
import { webhookRoutes } from '../../src/webhooks/routes.js';
import { wishOf } from '../../src/webhooks/wish.js';
import { PostgresServer } from '../faults/postgres-server.js';
import { until } from '../faults/until.js';
import { createTestApp } from '../support/app.js';
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
  it('should be refused beyond the limit, before anything is looked up, and leave other addresses alone', async () => {
    const process = await there.process();
    const from = '198.51.100.1';
    let looked = 0;
    const { createQueryRunner } = process.services.dataSource;
    process.services.dataSource.createQueryRunner = function (...all) {
      looked += 1;
      return createQueryRunner.apply(this, all);
    };
    const flood = async (): Promise<number[]> => {
      const headers = { authorization: 'Bearer wrong' };
      const answers = await Promise.all(
        Array.from({ length: A_MINUTE.instance }, () => there.send({ body: BODY, headers, from, to: process })),
      );
      return [...new Set(answers.map(({ statusCode }) => statusCode))];
    };
    expect(await flood()).toEqual([401]);
    const before = looked;
    expect(before).toBeGreaterThanOrEqual(A_MINUTE.instance);
    expect(await flood()).toEqual([429]);
    expect(looked).toBe(before);
    const refused = await there.send({ body: BODY, from, to: process });
    expect([refused.statusCode, refused.headers['content-type'], Number(refused.headers['retry-after'])]).toEqual([
      429,
      expect.stringContaining('application/problem+json'),
      expect.any(Number),
    ]);
    expect(await stored()).toBe(0);
    expect((await there.send({ body: BODY, to: process, from: '198.51.100.2' })).statusCode).toBe(202);
  });

  it('should not help to name another instance each time', async () => {
    const process = await there.process();
    const statuses = new Map<number, number>();
    for (let sent = 0; sent < A_MINUTE.address + 50; sent += 1) {
      const url = `/webhooks/halo/00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`;
      const { statusCode } = await process.app.inject({ method: 'POST', url, payload: BODY });
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    }
    expect(statuses).toEqual(
      new Map([
        [401, A_MINUTE.address],
        [429, 50],
      ]),
    );
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
