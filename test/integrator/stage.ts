import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Import, IntegratorSlot, PsaInstance, Tenant, type IntegratorSettings } from '../../entities/index.js';
import { connect } from '../../src/database/connect.js';
import { tick, type Ticked } from '../../src/integrator/tick.js';
import { createLogger } from '../../src/observability/logger.js';
import { Queue } from '../../src/queue/queue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storePsaInstance } from '../support/psa-instance.js';

/** A process, as far as the schedule knows: connections and a queue of its own. */
export interface Process {
  tick(now: number): Promise<Ticked>;
  close(): Promise<void>;
}

/** Tenants with schedules, and processes that look at them. Nobody runs the imports: tests end them. */
export interface Stage {
  database: TestDatabase;
  dataSource: DataSource;
  process(): Promise<Process>;
  addPsaInstance(): Promise<string>;
  /** A verified tenant whose integrator is on, at 02:30 UTC unless said otherwise, since long ago. */
  addTenant(psaInstanceId: string, integrator?: Partial<IntegratorSettings>, changes?: Partial<Tenant>): Promise<string>;
  set(tenantId: string, changes: Partial<Tenant>): Promise<void>;
  switchOff(psaInstanceId: string): Promise<void>;
  slots(tenantId: string): Promise<IntegratorSlot[]>;
  /** Oldest first. */
  imports(tenantId: string): Promise<Import[]>;
  /** Jobs in the queue for an import. */
  jobs(importId: string): Promise<number>;
  /** Ends what waits or runs, as if it had succeeded. */
  end(tenantId: string): Promise<void>;
  close(): Promise<void>;
}

export const LONG_AGO = new Date('2020-01-01T00:00:00Z');
const ALWAYS: IntegratorSettings = {
  enabled: true,
  customers: true,
  subscriptions: true,
  deactivateDeleted: false,
  at: '02:30',
  timeZone: 'UTC',
  since: LONG_AGO.toISOString(),
};

export async function stage(): Promise<Stage> {
  const database = await createTestDatabase();
  const { dataSource } = database;
  const { manager } = dataSource;
  const open: Process[] = [];

  return {
    database,
    dataSource,
    async process() {
      const logger = createLogger({ level: 'silent' });
      const own = await connect(database.url, { attempts: 1, poolSize: 6 });
      const queue = new Queue({ url: database.url, logger, supervise: false });
      await queue.start();
      const made: Process = {
        tick: (now) => tick({ dataSource: own, queue, logger }, { now }),
        async close() {
          open.splice(open.indexOf(made), 1);
          await queue.stop();
          await own.destroy();
        },
      };
      open.push(made);
      return made;
    },
    addPsaInstance: () => storePsaInstance(dataSource),
    async addTenant(psaInstanceId, integrator = {}, changes = {}) {
      const id = randomUUID();
      await manager.insert(Tenant, {
        id,
        psaInstanceId,
        name: `tenant ${id.slice(0, 4)}`,
        apiUrl: 'https://marketplace.example.com',
        marketplace: 'us',
        username: 'user',
        password: 'sealed',
        subscriptionKey: 'sealed',
        clientImport: { createUnmatched: true, onlyWithSubscriptions: false, updateMainSiteAddress: false },
        subscriptionImport: { prices: 'on_create', names: 'on_create', trials: 'import', followRenewals: true, rereadWithinDays: 7 },
        integrator: { ...ALWAYS, ...integrator },
        guard: { floor: 5, percent: 10 },
        status: 'ok',
        verifiedAt: LONG_AGO,
        ...changes,
      });
      return id;
    },
    async set(tenantId, changes) {
      await manager.update(Tenant, { id: tenantId }, changes);
    },
    async switchOff(psaInstanceId) {
      await manager.update(PsaInstance, { id: psaInstanceId }, { enabled: false });
    },
    slots: (tenantId) => manager.find(IntegratorSlot, { where: { tenantId }, order: { slot: 'ASC' } }),
    imports: (tenantId) => manager.find(Import, { where: { tenantId }, order: { createdAt: 'ASC' } }),
    async jobs(importId) {
      const [row] = await dataSource.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM pgboss.job WHERE data ->> 'importId' = $1`, [
        importId,
      ]);
      return row!.n;
    },
    async end(tenantId) {
      await dataSource.query(
        `UPDATE imports SET state = 'succeeded', phase = 'done', finished_at = now() WHERE tenant_id = $1 AND state IN ('queued', 'running')`,
        [tenantId],
      );
    },
    async close() {
      await Promise.all(open.map((one) => one.close()));
      await database.close();
    },
  };
}
