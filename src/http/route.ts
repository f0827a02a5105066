import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, type Caller, requireSensitive } from '../auth/caller.js';
import type { ListOf } from './page.js';
import { type Class, validBody, validIds, validQuery } from './validation.js';

/** The usual path parameter. */
export interface Id {
  id: string;
}

/** What a handler is given: everything in it has been checked. */
export interface Call<B, Q, P> {
  body: B;
  query: Q;
  /** UUIDs, lower case. */
  params: P;
  /** Who calls. Only public routes have none, and those must not read it. */
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** A route, declared once: from this come its check, its guard and its part of the OpenAPI document. */
export interface Route<B extends object, Q extends object, P extends object> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In Fastify's form, `/tenants/:id`. Path parameters are UUIDs; anything else is a 404. */
  url: string;
  /** The least role that may call it, or `public` for no sign-in at all. */
  access: Access;
  /** Closed to sessions that came in from Halo: the whole route, or these fields of its body. */
  sensitive?: true | readonly string[];
  summary: string;
  description?: string;
  /** The group it stands in; default: the first word of its path. */
  tag?: string;
  /** Without one, no body is read. */
  body?: Class<B>;
  /** Take a missing body for `{}`. */
  bodyOptional?: boolean;
  /** What others send has fields we never heard of: the handler reads `request.body` itself, and `body` only documents it. */
  bodyAsSent?: boolean;
  /** In bytes; default: the server's. */
  bodyLimit?: number;
  /** Without one, query parameters are refused. */
  query?: Class<Q>;
  /** A DTO class, a list of them, or nothing for an empty answer. */
  response?: Class<object> | ListOf;
  /** Instead of a `response`: the media type of the file that is answered. */
  file?: string;
  /** Of the good answer. Default: 200, or 204 without a `response` or `file`. */
  status?: number;
  /** Statuses of problems to name in the document, beyond those every route has. */
  problems?: number[];
  handler: (call: Call<B, Q, P>) => Promise<unknown>;
}

/** What of a route the OpenAPI document tells. */
export type DocumentedRoute = Omit<Route<object, object, object>, 'handler'>;

/** Adds a route to the app. */
export function route<B extends object = object, Q extends object = object, P extends object = Id>(
  app: FastifyInstance,
  declared: Route<B, Q, P>,
): void {
  const { method, url, access, sensitive, response, handler } = declared;
  const status = declared.status ?? (response === undefined && declared.file === undefined ? 204 : 200);
  app.openApi.add(`${app.prefix}${url}`, declared, status);
  app.route({
    method,
    url,
    ...(declared.bodyLimit === undefined ? {} : { bodyLimit: declared.bodyLimit }),
    config: { access, sensitive: sensitive === true },
    handler: async (request, reply) => {
      const params = validIds(request.params as Record<string, string>) as P;
      const query = await validQuery(declared.query, request.query as Record<string, unknown>);
      if (Array.isArray(sensitive) && holdsAny(request.body, sensitive)) requireSensitive(request.caller as Caller);
      const sent = request.body === undefined && declared.bodyOptional === true ? {} : request.body;
      const body = declared.body === undefined || declared.bodyAsSent === true ? ({} as B) : await validBody(declared.body, sent);
      // The guard has run: only public routes get here without a caller.
      const answer = await handler({ body, query, params, caller: request.caller as Caller, request, reply });
      if (reply.sent) return reply;
      return reply.code(status).send(answer);
    },
  });
}

function holdsAny(body: unknown, fields: readonly string[]): boolean {
  return typeof body === 'object' && body !== null && fields.some((field) => Object.hasOwn(body, field));
}
