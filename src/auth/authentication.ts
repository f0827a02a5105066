import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Unauthorized } from '../http/problem.js';
import { type Caller, requireRole, requireSensitive } from './caller.js';
import { sessionValues } from './cookies.js';
import { requireOwnPage } from './csrf.js';
import type { Found, SessionStore } from './session-store.js';
import type { TokenStore } from './token-store.js';

export interface AuthenticationOptions {
  tokens: TokenStore;
  sessions: SessionStore;
  /** The address people reach the service at; known for certain only once it listens. */
  publicUrl: () => string;
}

/**
 * Guards every route that does not say it is public, those of plugins (the documentation) included: a valid token or session, and for
 * routes that name a role, at least that one. It runs before a body is read.
 */
export const authentication = fp(
  (app, options: AuthenticationOptions, done) => {
    app.decorateRequest('caller', null);
    app.addHook('onRequest', async (request) => {
      const { access, sensitive } = request.routeOptions.config;
      if (access === 'public') return;
      // Where there is nothing, there is nothing to guard; but what the API has is not told to strangers.
      if (request.is404 && !request.url.startsWith('/api/')) return;
      const caller = await callerOf(request, options);
      if (access !== undefined) requireRole(caller, access);
      if (sensitive === true) requireSensitive(caller);
      request.caller = caller;
    });
    done();
  },
  { name: 'authentication', dependencies: ['errors', '@fastify/cookie'] },
);

/** The session of a request's cookies; null when it has none that goes on. */
export async function sessionOf(request: FastifyRequest, { sessions, publicUrl }: AuthenticationOptions): Promise<Found | null> {
  for (const value of sessionValues(request, publicUrl())) {
    const found = await sessions.verify(value);
    if (found) return found;
  }
  return null;
}

async function callerOf(request: FastifyRequest, options: AuthenticationOptions): Promise<Caller> {
  const header = request.headers.authorization;
  if (header !== undefined) return callerOfToken(header, options.tokens);
  const found = await sessionOf(request, options);
  if (found) {
    requireOwnPage(request, options.publicUrl());
    return found.caller;
  }
  if (sessionValues(request, options.publicUrl()).length > 0)
    throw new Unauthorized('You are not signed in any more. Sign in again: from Halo, or with a link made by `isthmus sign-in-link`.');
  throw new Unauthorized('Send "Authorization: Bearer <token>" with a token made by `isthmus token create` or POST /api/v1/tokens.');
}

async function callerOfToken(header: string, tokens: TokenStore): Promise<Caller> {
  const match = /^Bearer +(\S+)$/i.exec(header.trim());
  if (!match?.[1]) throw new Unauthorized('The Authorization header must be "Bearer", a space and the token.', 'invalid_token');
  const caller = await tokens.verify(match[1]);
  if (!caller)
    throw new Unauthorized('This token is not valid: it is unknown, was revoked or has expired. Make another one.', 'invalid_token');
  return caller;
}
