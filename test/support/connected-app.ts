import { connector } from '../../src/connect.js';
import type { Feature } from '../../src/app.js';
import { auditRoutes } from '../../src/auth/audit/routes.js';
import { agentRoutes } from '../../src/auth/agent-routes.js';
import { embedRoutes } from '../../src/auth/embed/embed-routes.js';
import { linkRoutes } from '../../src/auth/link-routes.js';
import { tokenRoutes } from '../../src/auth/routes.js';
import { sessionRoutes } from '../../src/auth/session-routes.js';
import { importRoutes } from '../../src/imports/routes.js';
import { integratorRoutes } from '../../src/integrator/routes.js';
import { mappingRoutes } from '../../src/mappings/routes.js';
import { psaInstanceRoutes } from '../../src/psa-instances/routes.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { subscriptionRoutes } from '../../src/subscriptions/routes.js';
import { tenantRoutes } from '../../src/tenants/routes.js';
import { deliveryRoutes } from '../../src/webhooks/delivery-routes.js';
import { webhookRoutes } from '../../src/webhooks/routes.js';
import { createTestApp, type TestApp, testServices } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** Of the API, all. */
export const FEATURES: readonly Feature[] = [
  tokenRoutes,
  auditRoutes,
  psaInstanceRoutes,
  tenantRoutes,
  mappingRoutes,
  subscriptionRoutes,
  importRoutes,
  integratorRoutes,
  sessionRoutes,
  agentRoutes,
  deliveryRoutes,
];

const OUTSIDE: readonly Feature[] = [linkRoutes, embedRoutes, webhookRoutes];

export interface Answer<T> {
  status: number;
  headers: Record<string, unknown>;
  body: T;
}

/** The whole API on a real database, beside a small sandbox of both vendors. Time stands still unless `moment` is moved. */
export interface ConnectedApp extends TestApp {
  database: TestDatabase;
  sandbox: Sandbox;
  /** An owner's token. */
  owner: string;
  /** What the process takes for now. */
  moment: { at: number };
  /** Calls a route below `/api/v1`, by default as the owner. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown, token?: string): Promise<Answer<T>>;
  /** Adds a PSA instance on the sandbox. */
  addPsaInstance(changes?: object): Promise<string>;
  /** Adds a tenant on the sandbox, unverified so that it costs no calls. */
  addTenant(psaInstanceId: string, changes?: object): Promise<string>;
}

export async function connectedApp(): Promise<ConnectedApp> {
  const database = await createTestDatabase();
  const sandbox = await startSandbox({ customers: 12, subscriptions: 10, seed: 7, today: '2026-03-02' });
  const moment = { at: Date.parse('2026-03-02T12:00:00Z') };
  const services = testServices(database, { egressAllow: ['127.0.0.1'] });
  const { sealer, logger, config } = services;
  const connect = connector({
    dataSource: database.dataSource,
    sealer,
    allow: config.egressAllow,
    logger,
    marketplaceCallsPerSecond: 1000,
  });
  const test = await createTestApp(database, FEATURES, { ...services, connect, clock: { now: () => moment.at } }, OUTSIDE);
  await test.services.queue.start();
  const owner = await test.token('owner');

  const api = async <T>(method: string, path: string, body?: unknown, token: string = owner): Promise<Answer<T>> => {
    const answer = await test.call(token, method, `/api/v1${path}`, body);
    return { status: answer.statusCode, headers: answer.headers, body: (answer.body === '' ? undefined : answer.json()) as T };
  };
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await api<{ id: string }>('POST', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body.id;
  };
  return {
    ...test,
    database,
    sandbox,
    owner,
    moment,
    api,
    addPsaInstance: (changes = {}) =>
      made('/psa-instances', { name: 'Halo', ...sandbox.credentials.psa, callsPer5Minutes: 100_000, ...changes }),
    addTenant: (psaInstanceId, changes = {}) =>
      made('/tenants?unverified=true', { psaInstanceId, name: 'Reseller', ...sandbox.credentials.marketplace, ...changes }),
    async close() {
      await test.close();
      await test.services.queue.stop();
      await sandbox.close();
      await database.close();
    },
  };
}
