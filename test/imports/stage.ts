import { randomBytes, randomUUID } from 'node:crypto';
import { Change, Import, Link, Mapping, PsaInstance, Skip, Tenant, type ImportEntity } from '../../entities/index.js';
import { connector } from '../../src/connect.js';
import { Sealer } from '../../src/database/sealing.js';
import type { Pace } from '../../src/egress/index.js';
import { runImport, type ImportDeps } from '../../src/imports/run-import.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** Time that passes as soon as somebody waits for it. */
class QuickPace implements Pace {
  private at = Date.now();
  now(): number {
    return this.at;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.at += ms;
    return signal?.aborted ? Promise.reject(signal.reason as Error) : new Promise((resolve) => setImmediate(resolve));
  }
  random(): number {
    return 0.5;
  }
}

export interface Ran {
  row: Import;
  changes: Change[];
  skips: Skip[];
}

/** A tenant connected to sandboxes of its own and a database of its own, on which imports can be run. */
export interface Stage {
  sandbox: Sandbox;
  database: TestDatabase;
  tenant: Tenant;
  psaInstance: PsaInstance;
  deps: ImportDeps;
  /** Everything that was logged. */
  logged: unknown[];
  /** Queues an import without running it. */
  queue(options?: RunOptions): Promise<string>;
  run(options?: RunOptions): Promise<Ran>;
  result(importId: string): Promise<Ran>;
  set(settings: Partial<Tenant>): Promise<void>;
  links(): Promise<Link[]>;
  mappings(): Promise<Mapping[]>;
  close(): Promise<void>;
}

export interface RunOptions {
  entities?: ImportEntity[];
  preview?: boolean;
  customerId?: string;
  clientId?: string;
}

const SETTINGS = {
  clientImport: { createUnmatched: true, onlyWithSubscriptions: false, updateMainSiteAddress: false },
  subscriptionImport: { prices: 'on_create', names: 'on_create', trials: 'import', followRenewals: true, rereadWithinDays: 7 },
  integrator: { enabled: false, customers: true, subscriptions: true, deactivateDeleted: false, at: '02:00', timeZone: 'UTC' },
  guard: { floor: 5, percent: 10 },
} as const;

/** Builds a stage. The marketplace sandbox is without throttle and the clients without patience, so that no test waits. */
export async function stage(options: SandboxOptions = {}): Promise<Stage> {
  const database = await createTestDatabase();
  const sandbox = await startSandbox({
    customers: 60,
    subscriptions: 50,
    ...options,
    switches: { marketplace: { throttle: null, ...options.switches?.marketplace }, psa: { rateLimit: null, ...options.switches?.psa } },
  });
  const sealer = new Sealer([{ kid: 'test', key: randomBytes(32) }]);
  const { dataSource } = database;
  const pace = new QuickPace();
  const logged: unknown[] = [];
  const logger = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, (...entry: unknown[]) => logged.push(entry)]),
  );

  const psaId = randomUUID();
  const { psa, marketplace } = sandbox.credentials;
  const psaInstance = await dataSource.getRepository(PsaInstance).save({
    id: psaId,
    name: 'Sandbox Halo',
    baseUrl: psa.baseUrl,
    authUrl: psa.authUrl,
    haloTenant: psa.haloTenant,
    clientId: psa.clientId,
    clientSecret: await sealer.seal(psa.clientSecret, { table: 'psa_instances', column: 'client_secret', row: psaId }),
    webhookSecret: await sealer.seal('none', { table: 'psa_instances', column: 'webhook_secret', row: psaId }),
    callsPer5Minutes: 100_000,
  });
  const tenantId = randomUUID();
  const tenant = await dataSource.getRepository(Tenant).save({
    id: tenantId,
    psaInstanceId: psaId,
    name: 'Sandbox marketplace',
    apiUrl: marketplace.apiUrl,
    marketplace: marketplace.marketplace,
    username: marketplace.username,
    password: await sealer.seal(marketplace.password, { table: 'tenants', column: 'password', row: tenantId }),
    subscriptionKey: await sealer.seal(marketplace.subscriptionKey, { table: 'tenants', column: 'subscription_key', row: tenantId }),
    ...structuredClone(SETTINGS),
  } as Partial<Tenant> as Tenant);

  const deps: ImportDeps = {
    dataSource,
    connect: connector({ sealer, allow: ['127.0.0.1'], logger: logger as never, pace, marketplaceCallsPerSecond: 100_000 }),
    now: () => sandbox.kernel.clock.now(),
    sleep: () => Promise.resolve(),
    logger: logger as never,
  };
  const result = async (importId: string): Promise<Ran> => ({
    row: await dataSource.getRepository(Import).findOneByOrFail({ id: importId }),
    changes: await dataSource.getRepository(Change).find({ where: { importId }, order: { attempt: 'ASC', sequence: 'ASC' } }),
    skips: await dataSource.getRepository(Skip).find({ where: { importId }, order: { id: 'ASC' } }),
  });
  const queue = async ({
    entities = ['customers', 'subscriptions'],
    preview = false,
    customerId,
    clientId,
  }: RunOptions = {}): Promise<string> => {
    const row = await dataSource.getRepository(Import).save({
      psaInstanceId: psaId,
      tenantId,
      entities,
      preview,
      customerId: customerId ?? null,
      clientId: clientId ?? null,
      trigger: 'manual',
      requestedBy: 'test',
      counts: noCounts(),
    } as Partial<Import> as Import);
    return row.id;
  };
  return {
    sandbox,
    database,
    tenant,
    psaInstance,
    deps,
    logged,
    queue,
    async run(runOptions) {
      const id = await queue(runOptions);
      await runImport(deps, id, new AbortController().signal);
      return result(id);
    },
    result,
    async set(settings) {
      await dataSource.getRepository(Tenant).save({ id: tenantId, ...settings } as Tenant);
    },
    links: () => dataSource.getRepository(Link).find({ where: { tenantId } }),
    mappings: () => dataSource.getRepository(Mapping).find({ where: { tenantId } }),
    async close() {
      await sandbox.close();
      await database.close();
    },
  };
}
