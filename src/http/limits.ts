import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { TooMany } from './problem.js';

/**
 * Requests in a minute that one process answers: to an address, whoever calls from it, and to one token or session. Far above what the page and
 * programs need; one that runs wild leaves room for the others. What costs more than an answer (signing in, verifying) is counted by all
 * processes together, in `auth/`.
 */
export const PER_MINUTE = { address: 12_000, caller: 6_000 };

interface Options {
  perMinute: typeof PER_MINUTE;
}

/** Before it is known who calls. Supervisors are always answered: behind a proxy that is not named they share its address with everybody. */
export const addressLimit = fp(
  async (app, { perMinute }: Options) => {
    await app.register(rateLimit, { global: false });
    const taken = app.createRateLimit({ max: perMinute.address, timeWindow: 60_000 });
    app.addHook('onRequest', async (request) => {
      if (!request.url.startsWith('/health/')) requireRoom(await taken(request));
    });
  },
  { name: 'address-limit', dependencies: ['errors'] },
);

/** Once it is known who calls. */
export const callerLimit = fp(
  (app, { perMinute }: Options, done) => {
    const keyGenerator = ({ caller }: FastifyRequest): string => caller?.id ?? '';
    const taken = app.createRateLimit({ max: perMinute.caller, timeWindow: 60_000, keyGenerator });
    app.addHook('onRequest', async (request) => {
      if (request.caller) requireRoom(await taken(request));
    });
    done();
  },
  { name: 'caller-limit', dependencies: ['authentication', 'address-limit'] },
);

type Taken = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

function requireRoom(taken: Taken): void {
  if (!taken.isAllowed && taken.isExceeded) throw new TooMany('This is more than is answered in a minute.', taken.ttlInSeconds);
}
