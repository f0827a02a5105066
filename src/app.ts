import cookie from '@fastify/cookie';
import schedule from '@fastify/schedule';
import type { FastifyInstance } from 'fastify';
import { authentication } from './auth/authentication.js';
import { framing } from './auth/framing.js';
import { SessionStore } from './auth/session-store.js';
import { TokenStore } from './auth/token-store.js';
import { errors } from './http/errors.js';
import { addressLimit, callerLimit, PER_MINUTE } from './http/limits.js';
import { openApi } from './http/openapi.js';
import { pageFiles } from './http/page-files.js';
import { security } from './http/security.js';
import { createServer } from './http/server.js';
import { healthRoutes } from './observability/health.js';
import { metricsRoutes } from './observability/metrics/routes.js';
import type { Services } from './services.js';

/** Adds the routes of one feature. */
export type Feature = (app: FastifyInstance, services: Services) => void;

export interface AppParts {
  services: Services;
  /** Features whose routes stand under `/api/v1`. */
  features: readonly Feature[];
  /** Those that stand at the root, such as webhooks. They are guarded too unless a route says it is public. */
  outside?: readonly Feature[];
  /** How much is answered; the usual when unset. */
  perMinute?: typeof PER_MINUTE;
}

/** Puts the app together. It does not listen yet; `app.inject` works. */
export async function buildApp({ services, features, outside = [], perMinute = PER_MINUTE }: AppParts): Promise<FastifyInstance> {
  const app = createServer(services.config, services.logger);
  // A worker has no API that the page could talk to.
  await app.register(errors, services.config.role === 'worker' ? {} : { page: await pageFiles(app) });
  await app.register(security, { https: services.publicUrl.startsWith('https:') });
  await app.register(addressLimit, { perMinute });
  await app.register(cookie);
  const { dataSource } = services;
  const signedIn = { tokens: new TokenStore(dataSource), sessions: new SessionStore(dataSource), publicUrl: () => services.publicUrl };
  await app.register(authentication, signedIn);
  await app.register(callerLimit, { perMinute });
  await app.register(framing, signedIn);
  await app.register(openApi);
  await app.register(schedule);
  healthRoutes(app, services);
  metricsRoutes(app, services);
  for (const feature of outside) feature(app, services);
  await app.register(
    (api, _options, done) => {
      for (const feature of features) feature(api, services);
      done();
    },
    { prefix: '/api/v1' },
  );
  await app.ready();
  return app;
}
