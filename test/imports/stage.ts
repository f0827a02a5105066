import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Change, Import, Link, Mapping, PsaInstance, Skip, Tenant, type ImportEntity } from '../../entities/index.js';
import { connector } from '../../src/connect.js';
import { Sealer } from '../../src/database/sealing.js';
import type { Pace } from '../../src/egress/index.js';
import { runImport, type ImportDeps } from '../../src/imports/run-import.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { startSandbox, type MarketplaceSwitches, type PsaSwitches, type Sandbox } from '../../src/sandbox/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { quickVendors, type Timeouts } from './quick-vendors.js';

/** The day that the sandboxes' data is current on. */
export const TODAY = '2026-11-20';

/** The sandboxes' time, which passes as soon as somebody waits for it. */
class SandboxPace implements Pace {
  constructor(private readonly sandbox: Sandbox) {}
  now(): number {
    return this.sandbox.kernel.clock.now();
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sandbox.kernel.clock.advance(ms);
    return signal?.aborted ? Promise.reject(signal.reason as Error) : new Promise((resolve) => setImmediate(resolve));
  }
  random(): number {
    return 0.5;
  }
}

/** How large the sandboxes are, and which of their switches stand elsewhere. */
export interface Scene {
  customers?: number;
  subscriptions?: number;
  seed?: number;
  marketplace?: Partial<MarketplaceSwitches>;
  psa?: Partial<PsaSwitches>;
}

export interface StageOptions extends Scene {
  /** Clients put together as the service does it, with the budget in the database, instead of quick ones. */
  asInService?: boolean;
  /** How long the clients wait for an answer, in milliseconds of real time. */
  timeouts?: Timeouts;
}

export interface RunOptions {
  entities?: ImportEntity[];
  preview?: boolean;
  customerId?: string;
  clientId?: string;
}

export interface Ran {
  row: Import;
  changes: Change[];
  skips: Skip[];
}

/** Why an import left things alone. */
export const reasons = ({ skips }: Ran): string[] => skips.map((skip) => skip.reason);

/** A tenant connected to sandboxes of its own and a database of its own, on which imports can be run. */
export interface Stage {
  sandbox: Sandbox;
  database: TestDatabase;
  tenant: Tenant;
  psaInstance: PsaInstance;
  deps: ImportDeps;
  sealer: Sealer;
  /** Everything that was logged since the last reset. */
  logged: unknown[];
  /** How long, in milliseconds of real time, an import waits for what may still be on its way to the PSA. At first: not at all. */
  lateMs: number;
  /** Begins again: new sandboxes, an empty database, the settings as at first. */
  reset(scene?: Scene): Promise<void>;
  /** Queues an import without running it. */
  queue(options?: RunOptions): Promise<string>;
  run(options?: RunOptions): Promise<Ran>;
  /** Makes it long ago that the worker of an import was last heard of. */
  forgetWorker(importId: string): Promise<void>;
  result(importId: string): Promise<Ran>;
  /** Changes settings of the tenant; client and subscription settings are merged. */
  set(settings: {
    clientImport?: Partial<Tenant['clientImport']>;
    subscriptionImport?: Partial<Tenant['subscriptionImport']>;
    currency?: string | null;
    accountId?: string | null;
    enabled?: boolean;
  }): Promise<void>;
  /** Adds another tenant for the same account and PSA instance, and gives its id. */
  addTenant(fields?: Partial<Tenant>): Promise<string>;
  /** Maps a customer by hand. */
  map(customerId: string, mapping: Partial<Mapping>): Promise<void>;
  /** Links a line as a person would who adopts a licence, or says to create one anyway. */
  link(subscriptionId: string, line: string, licenceId: string | null, insteadOf?: string): Promise<void>;
  links(): Promise<Link[]>;
  mappings(): Promise<Mapping[]>;
  close(): Promise<void>;
}

const SETTINGS: Pick<Tenant, 'clientImport' | 'subscriptionImport' | 'integrator' | 'guard'> = {
  clientImport: { createUnmatched: true, onlyWithSubscriptions: false, updateMainSiteAddress: false },
  subscriptionImport: { prices: 'on_create', names: 'on_create', trials: 'import', followRenewals: true, rereadWithinDays: 7 },
  integrator: { enabled: false, customers: true, subscriptions: true, deactivateDeleted: false, at: '02:00', timeZone: 'UTC' },
  // Wide open: what the guard holds has tests of its own.
  guard: { floor: 100_000, percent: 100 },
};

/** Emptied in this order. */
const TABLES = [
  'changes',
  'skips',
  'settled_plans',
  'shown_pages',
  'licence_claims',
  'links',
  'mappings',
  'customers',
  'psa_clients',
  'psa_sites',
  'psa_licences',
  'subscriptions',
  'subscription_lines',
  'subscription_history',
  'open_orders',
  'imports',
  'psa_budgets',
  'tenants',
  'psa_instances',
];

/** Builds a stage. The sandboxes do not throttle and the clients wait in the sandboxes' time, so that no test waits. */
export async function stage(options: StageOptions = {}): Promise<Stage> {
  const database = await createTestDatabase();
  const { dataSource } = database;
  const sandbox = await startSandbox({
    today: TODAY,
    customers: 60,
    subscriptions: 50,
    ...only(options),
    switches: { marketplace: { throttle: null }, psa: { rateLimit: null } },
  });
  const place = (scene: Scene): void => {
    sandbox.marketplace.set(scene.marketplace ?? {});
    sandbox.psa.set(scene.psa ?? {});
  };
  place(options);
  const sealer = new Sealer([{ kid: 'test', key: randomBytes(32) }]);
  const pace = new SandboxPace(sandbox);
  const logged: unknown[] = [];
  const logger: Record<string, unknown> = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, (...entry: unknown[]) => logged.push(entry)]),
  );
  logger['child'] = () => logger;

  const psaId = randomUUID();
  const tenantId = randomUUID();
  const { psa, marketplace } = sandbox.credentials;
  const instanceRow = {
    id: psaId,
    name: 'Sandbox Halo',
    baseUrl: psa.baseUrl,
    authUrl: psa.authUrl,
    haloTenant: psa.haloTenant,
    clientId: psa.clientId,
    clientSecret: await sealer.seal(psa.clientSecret, { table: 'psa_instances', column: 'client_secret', row: psaId }),
    webhookSecret: await sealer.seal('none', { table: 'psa_instances', column: 'webhook_secret', row: psaId }),
    callsPer5Minutes: 10_000_000,
  };
  const tenantRow = async (id: string): Promise<Partial<Tenant>> => ({
    id,
    psaInstanceId: psaId,
    name: `Sandbox marketplace ${id}`,
    apiUrl: marketplace.apiUrl,
    marketplace: marketplace.marketplace,
    username: marketplace.username,
    password: await sealer.seal(marketplace.password, { table: 'tenants', column: 'password', row: id }),
    subscriptionKey: await sealer.seal(marketplace.subscriptionKey, { table: 'tenants', column: 'subscription_key', row: id }),
    ...structuredClone(SETTINGS),
  });

  const asInService = connector({
    dataSource,
    sealer,
    allow: ['127.0.0.1'],
    logger: logger as never,
    pace,
    marketplaceCallsPerSecond: 100_000,
  });
  const deps: ImportDeps = {
    dataSource,
    connect: options.asInService ? asInService : quickVendors(sealer, pace, options.timeouts),
    now: () => sandbox.kernel.clock.now(),
    // Waits for what a vendor may still store are kept, as a moment of real time; others pass in the sandboxes' time.
    sleep: async (ms) => {
      sandbox.kernel.clock.advance(ms);
      await sleep(ms > 30_000 ? made.lateMs : 0);
    },
    logger: logger as never,
  };
  const made: Stage = {
    sandbox,
    database,
    tenant: undefined as unknown as Tenant,
    psaInstance: undefined as unknown as PsaInstance,
    deps,
    sealer,
    logged,
    lateMs: 0,
    async reset(scene = {}) {
      sandbox.reset(only(scene));
      place(scene);
      logged.length = 0;
      await dataSource.query(TABLES.map((table) => `DELETE FROM ${table};`).join(' '));
      made.psaInstance = await dataSource.getRepository(PsaInstance).save(instanceRow as PsaInstance);
      made.tenant = await dataSource.getRepository(Tenant).save((await tenantRow(tenantId)) as Tenant);
    },
    async queue({ entities = ['customers', 'subscriptions'], preview = false, customerId, clientId } = {}) {
      const row = { psaInstanceId: psaId, tenantId, entities, preview, customerId: customerId ?? null, clientId: clientId ?? null };
      const saved = await dataSource
        .getRepository(Import)
        .save({ ...row, trigger: 'manual', requestedBy: 'test', counts: noCounts() } as Partial<Import> as Import);
      return saved.id;
    },
    async run(runOptions) {
      const id = await made.queue(runOptions);
      await runImport(deps, id, new AbortController().signal);
      return made.result(id);
    },
    async forgetWorker(importId) {
      await dataSource.query(`UPDATE imports SET heartbeat_at = now() - interval '1 day', not_before = NULL WHERE id = $1`, [importId]);
    },
    result: async (importId) => ({
      row: await dataSource.getRepository(Import).findOneByOrFail({ id: importId }),
      changes: await dataSource.getRepository(Change).find({ where: { importId }, order: { attempt: 'ASC', sequence: 'ASC' } }),
      skips: await dataSource.getRepository(Skip).find({ where: { importId }, order: { id: 'ASC' } }),
    }),
    async set({ clientImport, subscriptionImport, ...more }) {
      const tenant = await dataSource.getRepository(Tenant).findOneByOrFail({ id: tenantId });
      await dataSource.getRepository(Tenant).save({
        id: tenantId,
        ...more,
        clientImport: { ...tenant.clientImport, ...clientImport },
        subscriptionImport: { ...tenant.subscriptionImport, ...subscriptionImport },
      } as Tenant);
    },
    async addTenant(fields = {}) {
      const id = randomUUID();
      await dataSource.getRepository(Tenant).save({ ...(await tenantRow(id)), ...fields } as Tenant);
      return id;
    },
    async map(customerId, mapping) {
      await dataSource.query(`UPDATE mappings SET archived_at = now() WHERE tenant_id = $1 AND customer_id = $2 AND archived_at IS NULL`, [
        tenantId,
        customerId,
      ]);
      await dataSource
        .getRepository(Mapping)
        .save({ tenantId, customerId, state: 'mapped', clientId: null, origin: 'manual', ...mapping } as Mapping);
    },
    async link(subscriptionId, line, licenceId, insteadOf) {
      if (insteadOf !== undefined) {
        const archived = { archivedAt: new Date(), archivedWhy: 'renewal' as const };
        await dataSource.getRepository(Link).update({ tenantId, subscriptionId: insteadOf }, archived);
      }
      await dataSource.getRepository(Link).save({
        psaInstanceId: psaId,
        tenantId,
        subscriptionId,
        line,
        licenceId,
        origin: licenceId === null ? null : 'adopted',
        createAnyway: licenceId === null,
      } as Link);
    },
    links: () => dataSource.getRepository(Link).find({ where: { tenantId } }),
    mappings: () => dataSource.getRepository(Mapping).find({ where: { tenantId } }),
    async close() {
      await sandbox.close();
      await database.close();
    },
  };
  await made.reset(options);
  return made;
}

function only({ customers, subscriptions, seed }: Scene): Pick<Scene, 'customers' | 'subscriptions' | 'seed'> {
  return {
    ...(customers === undefined ? {} : { customers }),
    ...(subscriptions === undefined ? {} : { subscriptions }),
    ...(seed === undefined ? {} : { seed }),
  };
}
