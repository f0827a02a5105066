import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Config } from '../config.js';
import { withLogFields } from '../observability/log-context.js';
import type { Logger } from '../observability/logger.js';
import { answerError } from './errors.js';

/** A Fastify app with its limits set, and nothing in it yet. */
export function createServer(config: Pick<Config, 'trustProxy'>, logger: Logger): FastifyInstance {
  const app = Fastify({
    loggerInstance: logger as never,
    // We write one line for each answer ourselves.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    // A number of proxies is understood, though the types lack it.
    trustProxy: config.trustProxy as string[] | false,
    genReqId: () => randomUUID(),
    bodyLimit: 1024 * 1024,
    // The whole request must be in within this, so that nobody holds connections by sending slowly.
    requestTimeout: 30_000,
    // Longer than the usual idle time of a proxy, which would else send into a connection that is just being closed.
    keepAliveTimeout: 72_000,
    // No byte in either direction; verifying a tenant may keep the vendor's answer waiting for a minute.
    connectionTimeout: 120_000,
    // On closing, connections that do nothing are cut and the others may finish.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    // Cookies, a token and a proxy's own headers need less.
    http: { headersTimeout: 15_000, maxHeaderSize: 16 * 1024 },
  }) as unknown as FastifyInstance;
  takeOnlyJson(app);
  // Twice, because what follows the reading of a body no longer belongs to the first.
  for (const hook of ['onRequest', 'preValidation'] as const) {
    app.addHook(hook, (request: FastifyRequest, _reply: FastifyReply, done: () => void) => withLogFields({ requestId: request.id }, done));
  }
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, caller } = request;
    const fields = {
      method,
      route: routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(caller ? { [caller.via === 'token' ? 'tokenId' : 'sessionId']: caller.id } : {}),
    };
    request.log.debug(fields, 'Answered');
  });
  return app;
}

/** Bodies are JSON or nothing. An empty one is none, though it be announced as JSON: many clients send DELETE so. */
function takeOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/([\w.-]+\+)?json(;|$)/, { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body as string, done);
  });
}
