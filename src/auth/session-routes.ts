import type { FastifyInstance } from 'fastify';
import { Conflict, NotFound } from '../http/problem.js';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { requireSight, withinSight } from './caller.js';
import { clearSessionCookies } from './cookies.js';
import { endSession } from './end-session.js';
import { ListedSession, SessionsQuery, SessionView, viewOfCaller, viewOfSession } from './session-dto.js';
import { SessionStore } from './session-store.js';

/** Who is signed in: oneself, and for administrators the others. */
export function sessionRoutes(app: FastifyInstance, services: Services): void {
  const sessions = new SessionStore(services.dataSource);

  route(app, {
    method: 'GET',
    url: '/session',
    access: 'viewer',
    summary: 'Who you are here, and until when',
    tag: 'sessions',
    response: SessionView,
    handler: async ({ caller }) => viewOfCaller(caller),
  });

  route(app, {
    method: 'DELETE',
    url: '/session',
    access: 'viewer',
    summary: 'Sign out',
    description: 'The session ends at once, here and for every copy of its cookie.',
    tag: 'sessions',
    problems: [409],
    handler: async ({ caller, reply }) => {
      if (caller.via === 'token') throw new Conflict(`A token has no session to end. Revoke it with DELETE /api/v1/tokens/${caller.id}.`);
      await endSession(services.dataSource, caller, caller.id);
      clearSessionCookies(reply, services.publicUrl);
    },
  });

  route(app, {
    method: 'GET',
    url: '/sessions',
    access: 'admin',
    sensitive: true,
    summary: 'Who is signed in',
    description: 'Sessions that go on, newest first.',
    query: SessionsQuery,
    response: listOf(ListedSession),
    handler: async ({ caller, query }) => {
      if (query.psaInstanceId !== undefined) requireSight(caller, query.psaInstanceId, 'That PSA instance');
      const filter = query.psaInstanceId === undefined ? withinSight(caller) : { psaInstanceId: query.psaInstanceId };
      const [found, total] = await sessions.list(filter, query);
      return page(found.map(viewOfSession), total, query);
    },
  });

  route(app, {
    method: 'DELETE',
    url: '/sessions/:id',
    access: 'admin',
    sensitive: true,
    summary: "End somebody's session",
    description: 'It stops working at once. Repeating this is fine.',
    handler: async ({ caller, params }) => {
      if (!(await endSession(services.dataSource, caller, params.id, withinSight(caller)))) throw new NotFound('That session');
    },
  });
}
