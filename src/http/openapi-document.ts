import { createRequire } from 'node:module';
import { IS_DATE, IS_ISO8601, IS_POSITIVE, MAX, MIN, MIN_DATE, ValidationTypes } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';
import { version } from '../version.js';
import { PRESENT } from './dto.js';
import { Pagination } from './page.js';
import { Problem, ProblemFault } from './problem-schema.js';
import type { DocumentedRoute } from './route.js';
import type { Class } from './validation.js';

type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; required?: string[] };

/** The cookie's name is another where there is no https. Calls that change something with it also need `X-Isthmus-Page: 1` and our own origin. */
const SIGNED_IN = {
  bearer: { type: 'http', scheme: 'bearer' },
  session: { type: 'apiKey', in: 'cookie', name: '__Host-isthmus' },
};

const PREFIX = '#/components/schemas/';

/** class-transformer does not export the storage that says which class a nested field is of. */
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as {
  defaultMetadataStorage: MetadataStorage;
};

/** The OpenAPI document, grown by every route that is declared. */
export class OpenApiDocument {
  private readonly routes: { path: string; route: DocumentedRoute; status: number }[] = [];

  /** @param path with its prefix, in Fastify's form. */
  add(path: string, route: DocumentedRoute, status: number): void {
    this.routes.push({ path, route, status });
  }

  /** The document for all routes so far. @throws Error when two classes of one name are used. */
  build(): Record<string, unknown> {
    const all = allSchemas();
    const used = new Map<string, Class<object>>();
    const reference = (type: Class<object>): Schema => {
      const known = used.get(type.name);
      if (known !== undefined && known !== type) throw new Error(`Two DTO classes are named ${type.name}; rename one.`);
      if (!(type.name in all)) throw new Error(`The DTO class ${type.name} has no fields with decorators.`);
      used.set(type.name, type);
      return { $ref: `${PREFIX}${type.name}` };
    };
    const paths: Record<string, Record<string, unknown>> = {};
    for (const { path, route, status } of this.routes) {
      const key = path.replace(/:(\w+)/g, '{$1}');
      paths[key] = { ...paths[key], [route.method.toLowerCase()]: operation(path, route, status, reference, all) };
    }
    [Problem, ProblemFault, Pagination].forEach(reference);
    return {
      openapi: '3.0.3',
      info: { title: 'Isthmus', version, description: 'Keeps the Ingram Micro Cloud Marketplace and HaloPSA in step.' },
      security: [{ bearer: [] }, { session: [] }],
      paths,
      components: { securitySchemes: SIGNED_IN, schemas: reachable([...used.keys()], all) },
    };
  }
}

function operation(
  path: string,
  route: DocumentedRoute,
  status: number,
  reference: (type: Class<object>) => Schema,
  all: Record<string, Schema>,
): Record<string, unknown> {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]);
  const problems = new Set([...(route.problems ?? []), ...(route.body || route.query ? [400] : []), ...(names.length > 0 ? [404] : [])]);
  if (route.access !== 'public') [401, 403].forEach((status) => problems.add(status));
  const answered = answer(route, reference);
  return {
    operationId: `${route.method.toLowerCase()}${path.replace(/^\/api\/v\d+/, '').replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => (next ?? '').toUpperCase())}`,
    tags: [route.tag ?? path.replace(/^\/api\/v\d+/, '').split('/')[1] ?? 'isthmus'],
    summary: route.summary,
    description:
      [route.description, route.access === 'public' ? undefined : `Needs the role ${route.access}.`].filter(Boolean).join('\n\n') ||
      undefined,
    ...(route.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', format: 'uuid' } })),
      ...(route.query ? queryParameters(all[route.query.name] ?? {}) : []),
    ],
    ...(route.body
      ? { requestBody: { required: route.bodyOptional !== true, content: { 'application/json': { schema: reference(route.body) } } } }
      : {}),
    responses: {
      [status]: {
        description: answered ? 'Done' : 'Done; nothing to say',
        ...(answered ? { content: { [route.file ?? 'application/json']: { schema: answered } } } : {}),
      },
      ...Object.fromEntries(
        [...problems].map((code) => [
          code,
          { description: 'A problem', content: { 'application/problem+json': { schema: reference(Problem) } } },
        ]),
      ),
    },
  };
}

function answer(route: DocumentedRoute, reference: (type: Class<object>) => Schema): Schema | undefined {
  if (route.file !== undefined) return { type: 'string', format: 'binary' };
  if (route.response === undefined) return undefined;
  if (typeof route.response === 'function') return reference(route.response);
  const properties = { data: { type: 'array', items: reference(route.response.listOf) }, pagination: reference(Pagination) };
  return { type: 'object', properties, required: ['data', 'pagination'] };
}

function queryParameters(schema: Schema): Record<string, unknown>[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
}

function allSchemas(): Record<string, Schema> {
  const schemas = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: PREFIX,
    // The library's own are in the words of a newer JSON Schema than OpenAPI 3.0 has.
    additionalConverters: {
      [ValidationTypes.IS_DEFINED]: {},
      [IS_POSITIVE]: { type: 'number', minimum: 0, exclusiveMinimum: true },
      [MIN_DATE]: {},
      // Without a type, so that an integer stays one.
      [MIN]: ({ constraints }) => ({ minimum: (constraints as number[])[0] ?? 0 }),
      [MAX]: ({ constraints }) => ({ maximum: (constraints as number[])[0] ?? 0 }),
      [IS_DATE]: { type: 'string', format: 'date-time' },
      [IS_ISO8601]: { type: 'string', format: 'date-time' },
    },
  }) as Record<string, Schema>;
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, settled(schema)]));
}

/** Works our mark for "always there, maybe null" into `required`. */
function settled(schema: Schema): Schema {
  const required = new Set(schema.required);
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, { [PRESENT]: present, ...property }]) => {
      if (present === true) required.add(name);
      return [name, inOpenApi30(property)];
    }),
  );
  return { ...schema, properties, ...(required.size > 0 ? { required: [...required] } : {}) };
}

/** OpenAPI 3.0 has `nullable` instead of the type "null", and ignores whatever stands beside a `$ref`. */
function inOpenApi30({ $ref, ...property }: Schema): Schema {
  if ($ref !== undefined) {
    const { type: _type, ...rest } = property;
    return Object.keys(rest).length === 0 ? { $ref } : { ...rest, allOf: [{ $ref }] };
  }
  const types = Array.isArray(property['type']) ? (property['type'] as string[]) : undefined;
  const items = property['items'] as Schema | undefined;
  return {
    ...property,
    ...(types ? { type: types.find((type) => type !== 'null'), nullable: types.includes('null') } : {}),
    ...(items ? { items: inOpenApi30(items) } : {}),
  };
}

function reachable(names: string[], all: Record<string, Schema>): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const schema = all[name];
    if (schema === undefined || name in found) continue;
    found[name] = schema;
    open.push(...[...JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? ''));
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => a.localeCompare(b)));
}
