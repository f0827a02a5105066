import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.js';
import { oauthError } from './access.js';
import { Form, Unreadable } from './bodies.js';
import { CONTROL } from './control.js';
import type { Listing } from './listing.js';
import { Query } from './query.js';
import { bindingRefusal, Refusal } from './refusals.js';
import { RESOURCES } from './resources/index.js';
import type { Resource } from './resources/resource.js';
import type { Table } from './table.js';
import { Throttled, type Throttle } from './throttle.js';
import { seesClient, type World } from './world.js';
import { post, remove } from './writing.js';

const VERBS = new Set(['GET', 'POST', 'DELETE']);
const OTHER_PATHS = ['authinfo', 'control'];

/** The parts of the sandbox Halo that routes call. */
export interface Parts {
  world: World;
  access: Access;
  throttle: Throttle;
  listing: Listing;
}

interface Answer {
  status: number;
  body: unknown;
}

/**
 * Adds the routes of Halo: `/auth/token` and `/api/{resource}[/{id}]`, in any letter case, the resources also without `/api`.
 * The router knows only the first word, because the rest is case-insensitive and a wrong verb is to be a 405, not a 404.
 */
export function addRoutes(app: FastifyInstance, parts: Parts): void {
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await send(reply, answerTo(request, app.prefix.length, parts));
  };
  const word = caseless(['api', 'auth', ...RESOURCES.keys(), ...OTHER_PATHS]);
  for (const url of [`/:word(^${word}$)`, `/:word(^${word}$)/*`]) {
    const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
    app.route({ method, url, exposeHeadRoute: false, bodyLimit: 30_000_000, handler });
  }
}

/** A regular expression for any of the words in any letter case; the router's patterns have no flags. */
function caseless(words: string[]): string {
  const anyCase = words.map((word) => word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`));
  return `(?:${anyCase.join('|')})`;
}

function answerTo(request: FastifyRequest, prefixLength: number, parts: Parts): Answer | Refusal {
  const [path = '', search = ''] = split(request.url.slice(prefixLength), '?');
  const segments = path.toLowerCase().split('/').filter(Boolean);
  try {
    if (segments[0] === 'auth') return authAnswer(request, segments[1], search, parts);
    return apiAnswer(request, segments[0] === 'api' ? segments.slice(1) : segments, search, parts);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function authAnswer(request: FastifyRequest, path: string | undefined, search: string, parts: Parts): Answer {
  if (path !== 'token') throw new Refusal(404);
  if (request.method !== 'POST') throw new Refusal(405);
  if (parts.world.switches.tokenCallsCount) parts.throttle.count();
  if (!(request.body instanceof Form))
    throw oauthError(400, 'invalid_request', "The mandatory 'Content-Type' header is missing or not supported.");
  const tenant = new Query(search, parts.world.switches).text('tenant');
  return { status: 200, body: parts.access.token(request.body, tenant) };
}

function apiAnswer(request: FastifyRequest, segments: string[], search: string, parts: Parts): Answer {
  const { world, throttle, access } = parts;
  const [path = '', id, ...rest] = segments;
  throttle.count();
  const resource = RESOURCES.get(path);
  if (rest.length > 0 || (!resource && !OTHER_PATHS.includes(path))) throw new Refusal(404);
  if (!VERBS.has(request.method) || !fits(request.method, id)) throw new Refusal(405);
  if (path === 'authinfo') return { status: 200, body: authInfo(request, world) };
  access.check(request.headers.authorization, scopeFor(resource, request.method));
  if (!resource) return { status: 200, body: CONTROL };
  if (path === 'softwarelicence' && !world.switches.softwareLicensing) throw new Refusal(world.switches.moduleOffStatus);
  return resourceAnswer(request, resource, id, new Query(search, world.switches), parts);
}

/** Lists and posts go to the resource, deletes to one record. */
function fits(method: string, id: string | undefined): boolean {
  return method === 'GET' || (method === 'POST') === (id === undefined);
}

function scopeFor(resource: Resource | undefined, method: string): string | undefined {
  if (!resource) return 'admin';
  if (resource.scope === undefined) return method === 'GET' ? undefined : 'admin';
  return `${method === 'GET' ? 'read' : 'edit'}:${resource.scope}`;
}

function resourceAnswer(request: FastifyRequest, resource: Resource, id: string | undefined, query: Query, parts: Parts): Answer {
  const { world, listing } = parts;
  if (request.method === 'POST') return post(resource, readable(request, world), query, world);
  if (id === undefined) return { status: 200, body: listing.answer(resource, query) };
  const number = recordId(resource, id, world);
  if (request.method === 'DELETE') return { status: 200, body: remove(resource, number, world) };
  return { status: 200, body: one(resource, number, world) };
}

function readable(request: FastifyRequest, world: World): unknown {
  const { body } = request;
  if (body instanceof Unreadable && body.reason === 'media type') throw new Refusal(415);
  if (body instanceof Unreadable) throw bindingRefusal(world.switches, { '': ['Unexpected character or end of the JSON.'] });
  return body;
}

/** The id in a path; `me` is the agent of the application. */
function recordId(resource: Resource, id: string, world: World): number {
  if (resource.path === 'agent' && id === 'me') return world.seed.agents[0]?.id ?? 0;
  if (!/^-?\d{1,9}$/.test(id)) throw bindingRefusal(world.switches, { id: [`The value '${id}' is not valid.`] });
  return Number(id);
}

function one(resource: Resource, id: number, world: World): unknown {
  const table: Table = world.store.tables[resource.table];
  const row = table.get(id);
  if (row && seesClient(world, resource.clientOf?.(row))) {
    if (row['deleted'] === true && world.switches.deletedById === '404') throw new Refusal(404);
    return resource.show(row, 'whole', world);
  }
  if (world.switches.unknownIdGet === '404') throw new Refusal(404);
  return world.switches.unknownIdGet === 'empty-object' ? {} : { id: 0, name: null, _warning: null };
}

function authInfo(request: FastifyRequest, world: World): object {
  const base = `${request.protocol}://${request.host}`;
  return { auth_url: `${base}/auth`, tenant_id: world.seed.credentials.tenant };
}

async function send(reply: FastifyReply, answer: Answer | Refusal): Promise<void> {
  if (answer.status === 405) reply.header('allow', 'GET, POST, DELETE');
  if (answer instanceof Throttled && answer.retryAfter !== undefined) reply.header('retry-after', String(answer.retryAfter));
  const empty = answer.body === '' || answer.body === undefined;
  if (!empty) reply.type(answer instanceof Refusal ? answer.contentType : 'application/json; charset=utf-8');
  await reply.code(answer.status).send(empty ? '' : textOf(answer.body));
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function split(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
