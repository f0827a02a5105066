import type { FastifyInstance } from 'fastify';
import { Invalid, NotFound } from '../http/problem.js';
import { listOf, page } from '../http/page.js';
import { route } from '../http/route.js';
import type { Services } from '../services.js';
import { actorOf } from './audit/actor.js';
import { type Caller, requireSight, sees, withinSight } from './caller.js';
import { CreatedToken, CreateToken, TokenQuery, TokenView, viewOfToken } from './token-dto.js';
import { TokenStore } from './token-store.js';
import { TokensService } from './tokens-service.js';

/** Who may do what: tokens of the caller's PSA instance, or of all for an owner. */
export function tokenRoutes(app: FastifyInstance, services: Services): void {
  const tokens = new TokenStore(services.dataSource);
  const audited = new TokensService(services.dataSource);

  route(app, {
    method: 'GET',
    url: '/tokens',
    access: 'admin',
    sensitive: true,
    summary: 'Tokens that are in use',
    query: TokenQuery,
    response: listOf(TokenView),
    handler: async ({ caller, query }) => {
      if (query.psaInstanceId !== undefined) requireSight(caller, query.psaInstanceId, 'That PSA instance');
      const filter = query.psaInstanceId === undefined ? withinSight(caller) : { psaInstanceId: query.psaInstanceId };
      const [found, total] = await tokens.list(filter, query);
      return page(found.map(viewOfToken), total, query);
    },
  });

  route(app, {
    method: 'POST',
    url: '/tokens',
    access: 'admin',
    sensitive: true,
    summary: 'Make a token',
    description: 'It is for one PSA instance. The answer is the only place that ever shows the token.',
    body: CreateToken,
    response: CreatedToken,
    status: 201,
    handler: async ({ caller, body }) => {
      const psaInstanceId = await instanceFor(caller, body.psaInstanceId);
      const wanted = { role: body.role, name: body.name, psaInstanceId, expiresAt: body.expiresAt ?? null };
      const { token, record } = await audited.create(actorOf(caller), wanted);
      return Object.assign(viewOfToken(record), { token });
    },
  });

  route(app, {
    method: 'DELETE',
    url: '/tokens/:id',
    access: 'admin',
    sensitive: true,
    summary: 'Revoke a token',
    description: 'It stops working at once. Repeating this is fine.',
    handler: async ({ caller, params }) => {
      if (!(await audited.revoke(actorOf(caller), params.id, withinSight(caller)))) throw new NotFound('That token');
    },
  });

  async function instanceFor(caller: Caller, wanted: string | undefined): Promise<string> {
    const id = wanted?.toLowerCase() ?? caller.psaInstanceId;
    if (id === null) throw new Invalid([{ pointer: '/psaInstanceId', message: 'psaInstanceId is needed: an owner sees more than one' }]);
    if (!sees(caller, id) || !(await tokens.instanceExists(id))) throw new NotFound('That PSA instance');
    return id;
  }
}
