import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IsArray, IsBoolean, IsInt, IsString, MaxLength } from 'class-validator';
import { BooleanParameter, Nested, NestedList, Nullable, UuidField } from '../../src/http/dto.js';
import { MayBeAbsent } from '../../src/http/fields.js';
import { listOf, page, PageQuery } from '../../src/http/page.js';
import { route } from '../../src/http/route.js';
import type { Feature } from '../../src/app.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

class Wheel {
  @IsInt() size: number;
}
class Cart {
  @IsString() @MaxLength(5) name: string;
  @MayBeAbsent() @IsBoolean() painted?: boolean;
  @MayBeAbsent() @Nested(() => Wheel) wheel?: Wheel;
  @MayBeAbsent() @IsArray() @NestedList(() => Wheel) spares?: Wheel[];
}
class CartQuery extends PageQuery {
  @MayBeAbsent() @BooleanParameter() painted?: boolean;
}
class CartView extends Cart {
  @UuidField() id: string;
  @Nullable() @Nested(() => Wheel) lost: Wheel | null;
}

const ID = '0B7FF7B4-0f0c-4b4d-8a2a-111111111111';
const seen: unknown[] = [];

const carts: Feature = (app) => {
  route(app, {
    method: 'POST',
    url: '/carts',
    access: 'viewer',
    summary: 'Make a cart',
    body: Cart,
    status: 201,
    response: Wheel,
    handler: async ({ body }) => (seen.push(body), { size: 1 }),
  });
  route(app, {
    method: 'POST',
    url: '/carts/:id/paint',
    access: 'viewer',
    summary: 'Paint it',
    handler: async ({ params }) => void seen.push(params),
  });
  route(app, {
    method: 'GET',
    url: '/carts',
    access: 'viewer',
    summary: 'List carts',
    query: CartQuery,
    response: listOf(CartView),
    handler: async ({ query }) => page([{ painted: query.painted ?? null }], 1, query),
  });
};

let database: TestDatabase;
let test: TestApp;
let token: string;
beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestApp(database, [carts]);
  token = await test.token('owner');
});
afterAll(async () => {
  await test.close();
  await database.close();
});

async function faults(body: unknown): Promise<string[]> {
  const before = seen.length;
  const response = await test.app.inject({
    method: 'POST',
    url: '/api/v1/carts',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  expect(response.statusCode).toBe(400);
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(seen).toHaveLength(before);
  return response.json<{ errors?: { pointer: string }[] }>().errors?.map((error) => error.pointer) ?? [];
}

const send = (headers: Record<string, string>, payload?: string) =>
  test.app.inject({
    method: 'POST',
    url: '/api/v1/carts',
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });

describe('a body', () => {
  it('reaches the handler as an instance of its class', async () => {
    const response = await test.call(token, 'POST', '/api/v1/carts', { name: 'a', wheel: { size: 2 }, spares: [{ size: 3 }] });
    expect(response.statusCode).toBe(201);
    expect(seen.at(-1)).toBeInstanceOf(Cart);
    expect(seen.at(-1)).toMatchObject({ wheel: { size: 2 }, spares: [{ size: 3 }] });
  });

  it('that is wrong is refused with a pointer to every fault', async () => {
    expect(await faults({ name: 'too long', painted: 'yes', wheel: { size: 'x' }, spares: [{ size: 1 }, { size: 1.5 }] })).toEqual([
      '/name',
      '/painted',
      '/wheel/size',
      '/spares/1/size',
    ]);
  });

  it('with unknown fields is refused, nested ones too', async () => {
    expect(await faults({ name: 'a', 'b/c': 1, wheel: { size: 1, spokes: 3 } })).toEqual(
      expect.arrayContaining(['/b~1c', '/wheel/spokes']),
    );
  });

  it.each(['constructor', 'hasOwnProperty', 'toString', 'valueOf', '__defineGetter__'])(
    'with %s, which every object has, is refused',
    async (name) => {
      expect(await faults({ name: 'a', [name]: 1 })).toEqual([`/${name}`]);
      expect(await faults({ name: 'a', wheel: { size: 1, [name]: 1 } })).toEqual([`/wheel/${name}`]);
    },
  );

  it.each([[null], [[]], [[{ name: 'a' }]], ['"text"'], [7], [true]])('that is no object (%j) is refused', async (body) => {
    expect(await faults(body)).toEqual(['']);
  });

  it('is not read leniently: null for what may only be left out, a list for an object, numbers in text', async () => {
    expect(await faults({ name: 'a', painted: null })).toEqual(['/painted']);
    expect(await faults({ name: 'a', wheel: [{ size: 1 }] })).toEqual(expect.arrayContaining(['/wheel']));
    expect(await faults({ name: 'a', spares: { size: 1 } })).toEqual(expect.arrayContaining(['/spares']));
    expect(await faults({ name: 'a', wheel: { size: '1' } })).toEqual(['/wheel/size']);
  });

  it('that no database could keep, or that is endlessly nested, is refused', async () => {
    expect(await faults({ name: 'a\0b' })).toEqual(['/name']);
    expect(await faults('{"name":"\\ud800"}')).toEqual(['/name']);
    expect(await faults(`{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toHaveLength(1);
    expect(await faults('{"name":"a","__proto__":{"x":1}}')).toEqual([]);
  });

  it('that is no JSON, missing, of another type or too large gets a clear answer', async () => {
    expect(await faults('{"name":')).toEqual([]);
    expect((await send({})).statusCode).toBe(400);
    expect((await send({ 'content-type': 'application/json' })).statusCode).toBe(400);
    expect((await send({ 'content-type': 'text/plain' }, 'name=a')).statusCode).toBe(415);
    expect((await send({ 'content-type': 'application/json' }, JSON.stringify({ name: 'a'.repeat(1024 * 1024) }))).statusCode).toBe(413);
  });

  it('never has its values repeated in the answer: they may be secrets', async () => {
    const response = await test.call(token, 'POST', '/api/v1/carts', { name: 'hushhushhush', secretly: 'hushhushhush' });
    expect(response.statusCode).toBe(400);
    expect(response.body).not.toContain('hushhushhush');
  });
});

const list = async (query: string): Promise<unknown> => (await test.call(token, 'GET', `/api/v1/carts${query}`)).json();

describe('a query', () => {
  it('has defaults, and numbers and booleans are understood', async () => {
    expect(await list('')).toEqual({ data: [{ painted: null }], pagination: { offset: 0, limit: 100, total: 1 } });
    expect(await list('?limit=500&offset=7&painted=true')).toEqual({
      data: [{ painted: true }],
      pagination: { offset: 7, limit: 500, total: 1 },
    });
  });

  it.each([
    'limit=501',
    'limit=0',
    'limit=ten',
    'limit=1e2',
    'limit=',
    'offset=-1',
    'offset=1.5',
    'painted=yes',
    'limit=1&limit=2',
    'unknown=1',
    'limit[]=1',
  ])('%s is refused', async (query) => {
    const response = await test.call(token, 'GET', `/api/v1/carts?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json<{ errors: { pointer: string }[] }>().errors[0]?.pointer).toBe(`/query/${query.split('=')[0]}`);
  });

  it('is refused where a route has no parameters', async () => {
    expect((await test.call(token, 'POST', `/api/v1/carts/${ID}/paint?force=1`)).statusCode).toBe(400);
  });
});

describe('an id in a path', () => {
  it('is a UUID in lower case; anything else names nothing', async () => {
    expect((await test.call(token, 'POST', `/api/v1/carts/${ID}/paint`)).statusCode).toBe(204);
    expect(seen.at(-1)).toEqual({ id: ID.toLowerCase() });
    for (const wrong of ['1', 'abc', "' OR 1=1", `${ID}0`]) {
      expect((await test.call(token, 'POST', `/api/v1/carts/${encodeURIComponent(wrong)}/paint`)).statusCode).toBe(404);
    }
  });
});

describe('the OpenAPI document', () => {
  it('comes from the same classes', async () => {
    const document = (await test.call(token, 'GET', '/openapi.json')).json<Record<string, Record<string, Record<string, unknown>>>>();
    expect(document).toMatchObject({
      openapi: '3.0.3',
      paths: {
        '/api/v1/carts': {
          post: {
            requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Cart' } } } },
            responses: { 201: {}, 400: {}, 401: {}, 403: {} },
          },
          get: {
            parameters: expect.arrayContaining([
              expect.objectContaining({
                name: 'limit',
                in: 'query',
                required: false,
                schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
              }),
            ]),
          },
        },
        '/api/v1/carts/{id}/paint': { post: { parameters: [{ name: 'id', in: 'path', required: true }], responses: { 204: {}, 404: {} } } },
      },
      components: {
        schemas: {
          Cart: {
            required: ['name'],
            properties: {
              name: { type: 'string', maxLength: 5 },
              wheel: { $ref: '#/components/schemas/Wheel' },
              spares: { type: 'array', items: { $ref: '#/components/schemas/Wheel' } },
            },
          },
          CartView: {
            required: expect.arrayContaining(['id', 'lost']),
            properties: { lost: { nullable: true, allOf: [{ $ref: '#/components/schemas/Wheel' }] } },
          },
          Wheel: { properties: { size: { type: 'integer' } } },
          Problem: {},
        },
      },
    });
  });

  it('names nothing that it does not hold', async () => {
    const text = (await test.call(token, 'GET', '/openapi.json')).body;
    const schemas = (JSON.parse(text) as { components: { schemas: object } }).components.schemas;
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(schemas).toHaveProperty([name ?? '']);
  });
});
