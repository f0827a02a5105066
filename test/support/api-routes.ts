import type { ConnectedApp } from './connected-app.js';

/** What `/openapi.json` says, as far as tests read it. */
export interface Schema {
  $ref?: string;
  allOf?: { $ref: string }[];
  type?: string;
  enum?: unknown[];
  nullable?: boolean;
  properties?: Record<string, Schema>;
}

interface Operation {
  parameters: { name: string; in: string }[];
  requestBody?: { required: boolean; content: { 'application/json': { schema: Schema } } };
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A field of a body. */
export interface Field {
  pointer: string;
  schema: Schema;
  /** A body that is right, but for this field's value. */
  body: (value: unknown) => Record<string, unknown>;
}

/** A route of the API, below `/api/v1`. */
export interface ApiRoute {
  method: string;
  /** As documented, `/tenants/{id}`. */
  path: string;
  /** With the id of something that is there. */
  url: string;
  query: string[];
  /** A body that would be taken; undefined where none is. */
  good?: Record<string, unknown>;
  /** Whether a missing body is taken for an empty one. */
  bodyOptional: boolean;
  /** Of the body, those of nested objects too. */
  fields: Field[];
}

/** Every route that the OpenAPI document names, so that new ones are tested by themselves. */
export async function apiRoutes(
  app: ConnectedApp,
  ids: Record<string, string>,
  good: Record<string, Record<string, unknown>>,
): Promise<ApiRoute[]> {
  const document: Document = (await app.call(app.owner, 'GET', '/openapi.json')).json();
  return Object.entries(document.paths)
    .filter(([whole]) => whole.startsWith('/api/v1/'))
    .flatMap(([whole, operations]) =>
      Object.entries(operations).map(([verb, { parameters, requestBody }]) => {
        const [method, path] = [verb.toUpperCase(), whole.replace('/api/v1', '')];
        const body = requestBody ? (good[`${method} ${path}`] ?? {}) : undefined;
        return {
          method,
          path,
          url: path.replace('{id}', ids[path.split('/')[1] ?? ''] ?? 'missing'),
          query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
          ...(body ? { good: body } : {}),
          bodyOptional: requestBody?.required === false,
          fields: requestBody && body ? fieldsOf(document, requestBody.content['application/json'].schema, body) : [],
        };
      }),
    );
}

function fieldsOf(document: Document, schema: Schema, good: Record<string, unknown>, above = ''): Field[] {
  return Object.entries(resolved(document, schema).properties ?? {}).flatMap(([name, property]) => {
    const pointer = `${above}/${name}`;
    const body = (value: unknown): Record<string, unknown> => ({ ...good, [name]: value });
    const { nullable } = property;
    const inner = fieldsOf(document, property, {}, pointer).map((field) => ({
      ...field,
      body: (value: unknown) => body(field.body(value)),
    }));
    return [{ pointer, schema: { ...resolved(document, property), ...(nullable ? { nullable } : {}) }, body }, ...inner];
  });
}

function resolved(document: Document, schema: Schema): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return reference === undefined ? schema : (document.components.schemas[reference.split('/').at(-1) ?? ''] ?? {});
}
