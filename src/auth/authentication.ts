import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Unauthorized } from '../http/problem.js';
import { type Caller, requireRole } from './caller.js';
import type { TokenStore } from './token-store.js';

/**
 * Guards every route that does not say it is public, those of plugins (the documentation) included: a valid token, and for
 * routes that name a role, at least that one. It runs before a body is read.
 */
export const authentication = fp(
  (app, options: { tokens: TokenStore }, done) => {
    app.decorateRequest('caller', null);
    app.addHook('onRequest', async (request) => {
      const access = request.routeOptions.config.access;
      if (access === 'public') return;
      // Where there is nothing, there is nothing to guard; but what the API has is not told to strangers.
      if (request.is404 && !request.url.startsWith('/api/')) return;
      const caller = await callerOf(request, options.tokens);
      if (access !== undefined) requireRole(caller, access);
      request.caller = caller;
    });
    done();
  },
  { name: 'authentication', dependencies: ['errors'] },
);

async function callerOf(request: FastifyRequest, tokens: TokenStore): Promise<Caller> {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw new Unauthorized('Send "Authorization: Bearer <token>" with a token made by `isthmus token create` or POST /api/v1/tokens.');
  }
  const match = /^Bearer +(\S+)$/i.exec(header.trim());
  if (!match?.[1]) throw new Unauthorized('The Authorization header must be "Bearer", a space and the token.', 'invalid_token');
  const caller = await tokens.verify(match[1]);
  if (!caller)
    throw new Unauthorized('This token is not valid: it is unknown, was revoked or has expired. Make another one.', 'invalid_token');
  return caller;
}
