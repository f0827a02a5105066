import type { DataSource } from 'typeorm';
import type { PsaInstance, Tenant } from '../entities/index.js';
import type { Config } from './config.js';
import type { Sealer } from './database/sealing.js';
import type { Connecting, Vendors } from './imports/run-import.js';
import type { Logger } from './observability/logger.js';
import type { Queue } from './queue/queue.js';

/** What the process has, for routes and workers to use. */
export interface Services {
  config: Config;
  dataSource: DataSource;
  queue: Queue;
  sealer: Sealer;
  logger: Logger;
  /** Opens both vendors for a tenant, as imports use them. */
  connect: (tenant: Tenant, psaInstance: PsaInstance, signal: AbortSignal, how?: Connecting) => Promise<Vendors>;
  /** The time as this process sees it, in milliseconds since 1970; what several processes must agree on is the database's. */
  clock: { now(): number };
  /** The address people reach the service at, without a slash at its end. */
  publicUrl: string;
}
