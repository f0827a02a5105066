import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PsaInstance, Tenant, type Import } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import { importRoutes } from '../../src/imports/routes.js';
import { sweep } from '../../src/imports/sweep.js';
import { SAFE_AFTER_MS } from '../../src/imports/store/take-over.js';
import { connector } from '../../src/connect.js';
import { Queue } from '../../src/queue/queue.js';
import type { Services } from '../../src/services.js';
import { importWorker } from '../../src/worker.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { haltCall } from './halted.js';

interface Started {
  id: string;
  importId?: string;
}

/** A process, as far as the others know: connections and a queue of its own. */
interface Process {
  services: Services;
  /** Runs imports from now on. */
  work(): Promise<void>;
  /** As SIGTERM asks it to. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

describe('Several processes on one database', () => {
  let app: ConnectedApp;
  let psaInstanceId: string;
  const processes: Process[] = [];
  beforeAll(async () => {
    app = await connectedApp();
    psaInstanceId = await app.addPsaInstance();
  });
  afterEach(async () => {
    delete app.sandbox.kernel.watch;
    await Promise.all(processes.splice(0).map((one) => one.close()));
  });
  afterAll(() => app.close());

  async function begin(): Promise<Process> {
    const dataSource = await connect(app.database.url, { attempts: 1 });
    const { logger, sealer, config } = app.services;
    const queue = new Queue({ url: app.database.url, logger, supervise: false });
    await queue.start();
    const open = connector({ dataSource, sealer, allow: config.egressAllow, logger, marketplaceCallsPerSecond: 1000 });
    const services: Services = { ...app.services, dataSource, queue, connect: open };
    let stop: () => Promise<void> = () => queue.stop();
    const made: Process = {
      services,
      async work() {
        stop = await importWorker(services);
      },
      stop: () => stop(),
      async close() {
        await stop();
        await dataSource.destroy();
      },
    };
    processes.push(made);
    return made;
  }

  const start = async (tenantId: string): Promise<string> =>
    (await app.api<Started>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] })).body.id;
  const show = async (id: string): Promise<Import> => (await app.api<Import>('GET', `/imports/${id}`)).body;
  const over = async (id: string): Promise<Import> => {
    for (;;) {
      const row = await show(id);
      if (row.state !== 'queued' && row.state !== 'running') return row;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const toCustomers = (call: { path: string }): boolean => call.path.startsWith('/customers');

  it('of twenty simultaneous requests to four of them, one starts an import, and nineteen are told which', async () => {
    const tenantId = await app.addTenant(psaInstanceId);
    const apps: TestApp[] = [];
    for (let nth = 0; nth < 4; nth += 1) apps.push(await createTestApp(app.database, [importRoutes], (await begin()).services));
    const token = await app.token('owner');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_request, at) =>
        apps[at % 4]!.call(token, 'POST', `/api/v1/tenants/${tenantId}/imports`, { entities: ['customers'] }),
      ),
    );
    await Promise.all(apps.map((one) => one.close()));

    const [accepted, ...more] = answers.filter((answer) => answer.statusCode === 202);
    expect(more).toEqual([]);
    const { id } = accepted!.json<Started>();
    const refused = answers.filter((answer) => answer !== accepted).map((answer) => [answer.statusCode, answer.json<Started>().importId]);
    expect(refused).toEqual(Array.from({ length: 19 }, () => [409, id]));
    expect(await app.database.dataSource.query(`SELECT id FROM imports WHERE tenant_id = $1`, [tenantId])).toEqual([{ id }]);
    expect(await app.database.dataSource.query(`SELECT 1 FROM pgboss.job WHERE singleton_key = $1`, [id])).toHaveLength(1);
    await app.api('POST', `/imports/${id}/cancel`);
  });

  it('when one is asked to stop, another goes on with its import at once', async () => {
    const [first, second] = [await begin(), await begin()];
    const id = await start(await app.addTenant(psaInstanceId));
    const halted = haltCall(app.sandbox, 'arrived', toCustomers);
    await first.work();
    await halted.reached;
    await first.stop();
    halted.letGo();
    expect(await show(id)).toMatchObject({ state: 'queued', attempt: 1 });
    await second.work();
    expect(await over(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2 });
  });

  it('when one dies, another takes its import up as soon as somebody looks', async () => {
    const [dead, alive] = [await begin(), await begin()];
    const id = await start(await app.addTenant(psaInstanceId));
    const halted = haltCall(app.sandbox, 'arrived', toCustomers);
    await dead.work();
    await halted.reached;
    // Silent on both of its connections, for long enough; what it does later is for another test.
    await app.database.dataSource.query(`UPDATE imports SET heartbeat_at = heartbeat_at - make_interval(secs => $2) WHERE id = $1`, [
      id,
      SAFE_AFTER_MS / 1000 + 1,
    ]);
    await app.database.dataSource.query(
      `UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '2 minutes' WHERE singleton_key = $1`,
      [id],
    );
    expect(await sweep(alive.services)).toBe(1);
    await alive.work();
    expect(await over(id)).toMatchObject({ state: 'succeeded_with_skips', attempt: 2 });
    halted.letGo();
  });

  it('ask before each write to a PSA whether the import is still theirs', async () => {
    const { dataSource, connect: open } = (await begin()).services;
    const tenant = await dataSource.getRepository(Tenant).findOneByOrFail({ id: await app.addTenant(psaInstanceId) });
    const psaInstance = await dataSource.getRepository(PsaInstance).findOneByOrFail({ id: psaInstanceId });
    const asked = new Error('It is in other hands');
    const { psa, close } = await open(tenant, psaInstance, new AbortController().signal, {
      writes: { beforeTurn: () => Promise.resolve(), beforeWrite: () => Promise.reject(asked) },
    });
    const writes = app.sandbox.psa.writes();
    await expect(psa.createClients([])).rejects.toBe(asked);
    await expect(psa.createLicences([{ name: 'One' }])).rejects.toBe(asked);
    await expect(psa.updateLicences([{ licenceId: '1', fields: { count: 1 } }])).rejects.toBe(asked);
    await expect(psa.updateSites([{ siteId: '1', address: { line1: 'One' } }])).rejects.toBe(asked);
    expect(app.sandbox.psa.writes()).toEqual(writes);
    close();
  });

  it('an import that waits is cancelled at once, and one that runs soon', async () => {
    const worker = await begin();
    const tenantId = await app.addTenant(psaInstanceId);
    const waiting = await start(tenantId);
    expect((await app.api<Import>('POST', `/imports/${waiting}/cancel`)).body).toMatchObject({ state: 'cancelled' });

    const halted = haltCall(app.sandbox, 'arrived', toCustomers);
    const running = await start(tenantId);
    await worker.work();
    await halted.reached;
    await app.api('POST', `/imports/${running}/cancel`);
    expect(await over(running)).toMatchObject({ state: 'cancelled' });
    halted.letGo();
    expect(await show(waiting)).toMatchObject({ state: 'cancelled', attempt: 0 });
  });
});
