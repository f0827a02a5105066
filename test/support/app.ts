import { randomBytes } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { Role } from '../../entities/index.js';
import { buildApp, type Feature } from '../../src/app.js';
import { TokenStore } from '../../src/auth/token-store.js';
import { type Config, readConfig } from '../../src/config.js';
import { Sealer } from '../../src/database/sealing.js';
import type { PER_MINUTE } from '../../src/http/limits.js';
import { createLogger } from '../../src/observability/logger.js';
import { Queue } from '../../src/queue/queue.js';
import type { Services } from '../../src/services.js';
import type { TestDatabase } from './database.js';

/** An app on a real database, spoken to by `inject`. */
export interface TestApp {
  app: FastifyInstance;
  services: Services;
  /** Makes a token; without a PSA instance, an owner's. */
  token(role: Role, psaInstanceId?: string): Promise<string>;
  /** Sends a request with a token (none: unsigned). */
  call(token: string | undefined, method: string, url: string, body?: unknown): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

/** What the process has, on a test's database. The queue is not started. */
export function testServices(database: TestDatabase, config: Partial<Config> = {}): Services {
  const logger = createLogger({ level: 'silent' });
  return {
    config: { ...readConfig({ HOME: '/nowhere' }), ...config },
    dataSource: database.dataSource,
    queue: new Queue({ url: database.url, logger }),
    sealer: new Sealer([{ kid: 'test', key: new Uint8Array(randomBytes(32)) }]),
    logger,
    connect: () => Promise.reject(new Error('This test opens no vendors.')),
    clock: { now: () => Date.now() },
    publicUrl: 'http://127.0.0.1:8085',
  };
}

/** Builds an app with some features, and some outside the API; `parts` replaces what the services would be. */
export async function createTestApp(
  database: TestDatabase,
  features: readonly Feature[],
  parts: Partial<Services> = {},
  outside: readonly Feature[] = [],
  perMinute?: typeof PER_MINUTE,
): Promise<TestApp> {
  const services = { ...testServices(database), ...parts };
  const app = await buildApp({ services, features, outside, ...(perMinute ? { perMinute } : {}) });
  const tokens = new TokenStore(database.dataSource);
  return {
    app,
    services,
    async token(role, psaInstanceId) {
      return (await tokens.create({ role, psaInstanceId: psaInstanceId ?? null, name: 'test' })).token;
    },
    call(token, method, url, body) {
      return app.inject({
        method: method as 'GET',
        url,
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        ...(body === undefined ? {} : { payload: body as object }),
      });
    },
    close: () => app.close(),
  };
}
