import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { gatewayBody, platformBody } from './errors.js';
import type { MarketplaceSandbox } from './index.js';

const ROOT = /^\/marketplace\/[^/?]+/;

/** The path and query below the vendor's root, whatever the region. */
export function belowRoot(url: string): string {
  return url.replace(ROOT, '') || '/';
}

/** What stands before the platform: the key first, then the throttle, then the token, except where it is to be had. */
export function gateway(sandbox: MarketplaceSandbox) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { switches } = sandbox;
    if (switches.correlationHeader) reply.header('X-Correlation-ID', `a8n-${randomUUID()}`);
    const key = request.headers['x-subscription-key'];
    if (key !== sandbox.credentials.subscriptionKey) {
      const fault = key === undefined ? 'missing' : 'invalid';
      const advice = 'Make sure to provide a valid key for an active subscription.';
      return reply.code(401).send(gatewayBody(401, `Access denied due to ${fault} subscription key. ${advice}`));
    }
    const path = belowRoot(request.url);
    const counted = switches.throttleScope === 'all' || (request.method === 'GET' && /^\/subscriptions\/[^/?]+/.test(path));
    const wait = switches.throttle && counted ? sandbox.throttle.ask(switches.throttle) : undefined;
    if (wait !== undefined) {
      if (switches.retryAfter) reply.header('Retry-After', String(wait));
      return reply.code(429).send(gatewayBody(429, `Rate limit is exceeded. Try again in ${wait} seconds.`));
    }
    if (request.is404 || /^\/token(\?|$)/.test(path)) return undefined;
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && sandbox.tokens.isValid(token)) return undefined;
    return refuse(sandbox, request, reply, switches.unauthorizedStatus, 'Access token is missing, invalid or expired');
  };
}

/** Answers with the platform's error body. */
export function refuse(
  sandbox: MarketplaceSandbox,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message: string,
): FastifyReply {
  const [path = '/'] = belowRoot(request.url).split('?');
  const header = reply.getHeader('X-Correlation-ID');
  const correlationId = typeof header === 'string' ? header : `a8n-${randomUUID()}`;
  const time = sandbox.kernel.clock.now();
  return reply.code(status).send(platformBody(sandbox.switches.errorShape, { status, message, path, correlationId, time }));
}
