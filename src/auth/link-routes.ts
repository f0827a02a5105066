import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Services } from '../services.js';
import { beginSession } from './begin-session.js';
import { sessionValues, setSessionCookie } from './cookies.js';
import { requireOwnOrigin } from './csrf.js';
import { sendSignInPage } from './sign-in-page.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { SignInLinks } from './sign-in-links.js';

/**
 * `/auth/link`: looking at it changes nothing, so that the previews of chats and mail scanners do not use it up; its button does.
 */
export function linkRoutes(app: FastifyInstance, services: Services): void {
  void app.register((scope, _options, done) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 4096 }, (_request, body, done) => {
      done(null, new URLSearchParams(String(body)));
    });

    scope.get<{ Querystring: { token?: unknown } }>('/auth/link', { config: { access: 'public' } }, async ({ query }, reply) => {
      const { token } = query;
      if (typeof token !== 'string') return refused(reply);
      return sendSignInPage(reply, { status: 200, title: 'Sign in to Isthmus', text: 'This link works once.', token });
    });

    scope.post('/auth/link', { config: { access: 'public' }, bodyLimit: 4096 }, async (request, reply) => {
      const { publicUrl, dataSource } = services;
      requireOwnOrigin(request, publicUrl);
      const token = request.body instanceof URLSearchParams ? (request.body.get('token') ?? '') : '';
      const throttle = new SignInThrottle(dataSource);
      const wait = await throttle.count(request.ip);
      if (wait > 0) return throttled(reply, wait);
      const value = await dataSource.transaction(async (manager) => {
        if (!(await new SignInLinks({ manager }).use(token))) return undefined;
        return beginSession(manager, { via: 'link', name: 'Owner' }, sessionValues(request, publicUrl));
      });
      if (value === undefined) return refused(reply);
      await throttle.good(request.ip);
      request.log.info('An owner signed in with a one-time link');
      setSessionCookie(reply, value, { publicUrl, framed: false });
      return reply.header('cache-control', 'no-store').redirect('/', 303);
    });
    done();
  });
}

function throttled(reply: FastifyReply, seconds: number): FastifyReply {
  reply.header('retry-after', String(seconds));
  return sendSignInPage(reply, { status: 429, title: 'Too many tries', text: `Try again in ${Math.ceil(seconds / 60)} minutes.` });
}

function refused(reply: FastifyReply): FastifyReply {
  return sendSignInPage(reply, {
    status: 403,
    title: 'This link does not work',
    text: 'It was used before, has expired, or was not copied whole. Make another one with "isthmus sign-in-link" where Isthmus runs.',
  });
}
