import { keepHeapSmall, letHeapGrow } from './small-heap.js';
import type { FastifyInstance } from 'fastify';
import { type Feature, buildApp } from './app.js';
import { alertsWorker } from './alerts/alerts-worker.js';
import { auditRoutes } from './auth/audit/routes.js';
import { agentRoutes } from './auth/agent-routes.js';
import { embedRoutes } from './auth/embed/embed-routes.js';
import { linkRoutes } from './auth/link-routes.js';
import { tokenRoutes } from './auth/routes.js';
import { sessionRoutes } from './auth/session-routes.js';
import { signInTidier } from './auth/tidy.js';
import { type Config, localUrl } from './config.js';
import { connector } from './connect.js';
import { migrate } from './database/migrate.js';
import { type Database, openDatabase } from './database/open.js';
import { requireKeys } from './database/require-keys.js';
import { sealerOf } from './database/secret-keys.js';
import type { Pace } from './egress/index.js';
import { importRoutes } from './imports/routes.js';
import { importSweeper } from './imports/sweep.js';
import { integratorRoutes } from './integrator/routes.js';
import { integratorTicker } from './integrator/ticker.js';
import { mappingRoutes } from './mappings/routes.js';
import { createLogger, type Logger } from './observability/logger.js';
import { psaInstanceRoutes } from './psa-instances/routes.js';
import { Queue } from './queue/queue.js';
import type { Services } from './services.js';
import { subscriptionRoutes } from './subscriptions/routes.js';
import { tenantRoutes } from './tenants/routes.js';
import { deliveryRoutes } from './webhooks/delivery-routes.js';
import { webhookRoutes } from './webhooks/routes.js';
import { webhookSweeper } from './webhooks/sweep.js';
import { within } from './within.js';
import { importWorker } from './worker.js';

/** Starts something that works on its own (imports from the queue, a schedule) and gives what stops it. */
export type StartWorker = (services: Services, app: FastifyInstance) => Promise<() => Promise<void>>;

/** The features of the API. */
export const FEATURES: readonly Feature[] = [
  psaInstanceRoutes,
  tenantRoutes,
  mappingRoutes,
  subscriptionRoutes,
  importRoutes,
  integratorRoutes,
  tokenRoutes,
  sessionRoutes,
  auditRoutes,
  agentRoutes,
  deliveryRoutes,
];

/** What stands outside it. */
const OUTSIDE: readonly Feature[] = [linkRoutes, embedRoutes, webhookRoutes];

/** What runs beside it, in processes of the roles `all` and `worker`. */
const WORKERS: readonly StartWorker[] = [importWorker, importSweeper, integratorTicker, alertsWorker, webhookSweeper, signInTidier];

/**
 * How long a stop waits, in milliseconds: for workers, which themselves give up waiting for imports a little sooner, and for requests
 * under way. With the database's, less than half a minute in all.
 */
const PATIENCE_MS = { workers: 22_000, requests: 3_000 };

/** A running service. */
export interface Service {
  /** Where it listens. */
  url: string;
  services: Services;
  app: FastifyInstance;
  /** Takes no more requests and jobs, lets running ones end, then closes the database. Safe to call twice. */
  close(): Promise<void>;
}

export interface StartOptions {
  logger?: Logger;
  features?: readonly Feature[];
  workers?: readonly StartWorker[];
  /** Calls a second to a marketplace to start with, where it is known to bear more than a real one: a sandbox. */
  marketplaceCallsPerSecond?: number;
  /** How time passes for budgets and repeats of calls to the vendors. Default: as on the machine. */
  pace?: Pace;
}

/**
 * Starts the process: database, schema, queue, app, workers. What was started is closed again when a later step fails.
 * @throws DatabaseUnavailable, SchemaTooNew, DataDirectoryInUse, and the system's own error when the port is taken.
 */
export async function startService(config: Config, options: StartOptions = {}): Promise<Service> {
  if (config.role === 'web') letHeapGrow();
  else keepHeapSmall();
  const logger = options.logger ?? createLogger({ level: config.logLevel });
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(closers));
  try {
    const database = await openDatabase(config, logger);
    closers.push(() => database.close());
    await migrate(database.dataSource, logger);
    await requireKeys(database.dataSource, sealerOf(database.secretKeys));
    const queue = new Queue({ url: database.url, logger, supervise: config.role !== 'web' });
    closers.push(() => queue.stop());
    await queue.start();
    const services = servicesOf(config, database, queue, logger, options);
    const api = config.role !== 'worker';
    const app = await buildApp({ services, features: api ? (options.features ?? FEATURES) : [], outside: api ? OUTSIDE : [] });
    closers.push(() => within(PATIENCE_MS.requests, app.close()));
    await listen(app, config);
    const url = localUrl(config.host, portOf(app));
    services.publicUrl = config.publicUrl ?? url;
    if (config.role !== 'web') {
      const stops: (() => Promise<void>)[] = [];
      closers.push(() => stopAll(stops, logger));
      for (const start of options.workers ?? WORKERS) stops.push(await start(services, app));
    }
    logger.info({ role: config.role }, `Isthmus listens on ${url}`);
    return { url, services, app, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function servicesOf(config: Config, database: Database, queue: Queue, logger: Logger, options: StartOptions): Services {
  const sealer = sealerOf(database.secretKeys);
  const { marketplaceCallsPerSecond, pace } = options;
  return {
    config,
    dataSource: database.dataSource,
    queue,
    sealer,
    logger,
    connect: connector({
      dataSource: database.dataSource,
      sealer,
      allow: config.egressAllow,
      logger,
      ...(marketplaceCallsPerSecond === undefined ? {} : { marketplaceCallsPerSecond }),
      ...(pace === undefined ? {} : { pace }),
    }),
    clock: { now: () => Date.now() },
    publicUrl: config.publicUrl ?? localUrl(config.host, config.port),
  };
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `The HTTP server is bound to ${address}` });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new Error(`The port ${port} of ${host} is taken by another program: set PORT to another.`, { cause: error });
    if (code === 'EACCES')
      throw new Error(`The port ${port} of ${host} may not be used by this user: set PORT to one above 1023.`, { cause: error });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`${host} is no address of this machine: set HOST to one, or to 0.0.0.0 for all.`, { cause: error });
    throw error;
  }
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** All at once, because each may have something to wait for. */
async function stopAll(stops: readonly (() => Promise<void>)[], logger: Logger): Promise<void> {
  const stopped = Promise.all(stops.map((stop) => stop()));
  if (await within(PATIENCE_MS.workers, stopped)) return;
  logger.warn('Some work did not end in time; another process takes it up once it is certain that it is over');
}

/** In the reverse order of starting, each although another failed; the first failure is thrown at the end. */
async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closers.toReversed()) await close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
