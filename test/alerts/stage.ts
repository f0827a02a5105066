import { randomUUID } from 'node:crypto';
import { Alert, CustomerRecord, Import, PsaInstance, Tenant } from '../../entities/index.js';
import { AlertsService } from '../../src/alerts/alerts-service.js';
import { psaSettings } from '../../src/connect.js';
import { egressPolicy } from '../../src/egress/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { PsaClient } from '../../src/psa/index.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import type { PsaSwitches } from '../../src/sandbox/index.js';
import type { Services } from '../../src/services.js';
import { testServices } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { testPace } from '../psa/halo.js';

/** The client and the type of ticket that alerts go to, as the sandbox's Halo has them. */
export const ALERT_TYPE = '21';

/** An import that failed. */
export const FAILED: Partial<Import> = {
  state: 'failed',
  error: { actor: 'vendor', code: 'marketplace_server', message: 'The marketplace answered with an error.' },
};

/** One that went well. */
export const GOOD: Partial<Import> = { state: 'succeeded' };

/** Tenants on a sandbox's Halo that wants alerts, and a database. Waits of the client take no time. */
export interface AlertStage {
  sandbox: Sandbox;
  database: TestDatabase;
  services: Services;
  psaInstance: PsaInstance;
  tenant: Tenant;
  alerts: AlertsService;
  /** Lines of warnings. */
  warnings: unknown[];
  clientId: string;
  /** Brings the tenant's tickets in line. */
  reconcile(): Promise<void>;
  addTenant(changes?: Partial<Tenant>): Promise<Tenant>;
  /** Stores an import that has ended; each is later than the one before. */
  ended(changes: Partial<Import>): Promise<Import>;
  customer(customerId: string, name: string): Promise<void>;
  /** The alerts, oldest first. */
  rows(): Promise<Alert[]>;
  /** Tickets as Halo holds them. */
  tickets(): Record<string, unknown>[];
  /** The notes on a ticket, in HTML. */
  notes(ticketId: unknown): Promise<string[]>;
  /** Opens a ticket as a person would, at the client that alerts go to. */
  ticketByHand(summary: string): Promise<void>;
  /** Closes a ticket as a person would. */
  closeByHand(ticketId: unknown): Promise<void>;
  /** Moves what was told into the past. */
  backdate(interval: string): Promise<void>;
  /** Calls Halo received, those for tokens left out, as `POST /Tickets`. */
  calls(): string[];
  close(): Promise<void>;
}

const SETTINGS = {
  clientImport: { createUnmatched: true, onlyWithSubscriptions: false, updateMainSiteAddress: false },
  subscriptionImport: { prices: 'on_create', names: 'on_create', trials: 'import', followRenewals: true, rereadWithinDays: 7 },
  integrator: { enabled: false, customers: true, subscriptions: true, deactivateDeleted: false, at: '02:00', timeZone: 'UTC' },
  guard: { floor: 5, percent: 10 },
} as const;

export async function alertStage(switches: Partial<PsaSwitches> = {}): Promise<AlertStage> {
  const database = await createTestDatabase();
  const sandbox = await startSandbox({ customers: 12, subscriptions: 10, switches: { psa: switches } });
  const { manager } = database.dataSource;
  const warnings: unknown[] = [];
  const services = testServices(database, { egressAllow: ['127.0.0.1'] });
  const logger = { info: () => undefined, warn: (...line: unknown[]) => void warnings.push(line) };

  const id = randomUUID();
  const clientId = String(sandbox.data.psa.clients[0]!.id);
  const { psa, marketplace } = sandbox.credentials;
  const psaInstance = await manager.save(PsaInstance, {
    id,
    name: 'Halo',
    ...psa,
    clientSecret: await services.sealer.seal(psa.clientSecret, { table: 'psa_instances', column: 'client_secret', row: id }),
    webhookSecret: 'sealed',
    callsPer5Minutes: 100_000,
    alertTicketTypeId: ALERT_TYPE,
    alertClientId: clientId,
  } as Partial<PsaInstance> as PsaInstance);
  const addTenant = (changes: Partial<Tenant> = {}): Promise<Tenant> =>
    manager.save(Tenant, {
      psaInstanceId: id,
      name: 'Reseller',
      ...marketplace,
      ...structuredClone(SETTINGS),
      ...changes,
    } as Partial<Tenant> as Tenant);
  const tenant = await addTenant();

  const client = async (instance: PsaInstance, signal?: AbortSignal): Promise<PsaClient> =>
    new PsaClient(await psaSettings(services.sealer, instance), {
      policy: egressPolicy({ allow: ['127.0.0.1'] }),
      pace: testPace(),
      callsPer5Minutes: 100_000,
      retry: { attempts: 2 },
      ...(signal === undefined ? {} : { signal }),
    });
  const alerts = new AlertsService({
    dataSource: database.dataSource,
    openPsa: client,
    publicUrl: () => 'https://isthmus.example.com',
    logger,
  });
  const byHand = async <T>(work: (psa: PsaClient) => Promise<T>): Promise<T> => {
    const person = await client(psaInstance);
    try {
      return await work(person);
    } finally {
      person.close();
    }
  };
  let at = Date.now() - 3_600_000;
  return {
    sandbox,
    database,
    services,
    psaInstance,
    tenant,
    alerts,
    warnings,
    clientId,
    reconcile: () => alerts.reconcileTenant(tenant.id, new AbortController().signal),
    addTenant,
    async ended(changes) {
      at += 1000;
      const row = {
        psaInstanceId: id,
        tenantId: tenant.id,
        entities: ['customers', 'subscriptions'],
        trigger: 'manual',
        requestedBy: 'test',
      };
      const times = { createdAt: new Date(at), finishedAt: new Date(at + 500) };
      return manager.save(Import, { ...row, counts: noCounts(), ...times, ...changes } as Partial<Import> as Import);
    },
    async customer(customerId, name) {
      await manager.insert(CustomerRecord, { tenantId: tenant.id, customerId, name, status: 'active', seenAt: new Date(), goneAt: null });
    },
    rows: () => manager.find(Alert, { order: { openedAt: 'ASC' } }),
    tickets: () => sandbox.psa.tickets(),
    notes: async (ticketId) => (await byHand((person) => person.ticketNotes(String(ticketId)))).map(({ text }) => text),
    async ticketByHand(summary) {
      await byHand((person) => person.createTicket({ clientId, ticketTypeId: '1', summary, detailsHtml: '<p>By hand.</p>' }));
    },
    async closeByHand(ticketId) {
      await byHand((person) => person.closeTicket(String(ticketId)));
    },
    async backdate(interval) {
      await manager.query(`UPDATE alerts SET told_at = told_at - $1::interval`, [interval]);
    },
    calls: () =>
      sandbox.kernel.calls
        .all()
        .filter(({ path }) => path.startsWith('/api/') && !path.startsWith('/api/authinfo'))
        .map(({ method, path }) => `${method} ${path.slice(4).split('?')[0]}`),
    async close() {
      await sandbox.close();
      await database.close();
    },
  };
}
