import type { ConnectedApp } from '../support/connected-app.js';

/** A schema of the OpenAPI document, as far as values are made from it. */
export interface Schema {
  $ref?: string;
  allOf?: { $ref: string }[];
  type?: string;
  format?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
}

interface Documented {
  parameters: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<string, { content?: { 'application/json'?: { schema: Schema } } }>;
}

interface Document {
  paths: Record<string, Record<string, Documented>>;
  components: { schemas: Record<string, Schema> };
}

/** A route, as the document describes it. */
export interface Operation {
  /** `GET /api/v1/tenants/{id}`. */
  name: string;
  method: string;
  path: string;
  query: { name: string; schema: Schema }[];
  body?: Schema;
  /** Fields that its answers have and its body has not: what somebody might try to set. */
  readOnly: string[];
  /** Whether its body may hold fields that the document does not name. */
  open: boolean;
  /** A schema with its reference followed. */
  resolve(schema: Schema): Schema;
}

/** What is taken away comes last, and what others stand on comes last of that. */
const lastness = ({ method, path }: Operation): number => (method === 'DELETE' ? 100 - path.length : -1);

/** Every route that the running app's `/openapi.json` names. */
export async function operationsOf(app: ConnectedApp): Promise<Operation[]> {
  const document: Document = (await app.call(app.owner, 'GET', '/openapi.json')).json();
  const resolve = (schema: Schema): Schema => {
    const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
    return reference === undefined ? schema : (document.components.schemas[reference.split('/').at(-1) ?? ''] ?? {});
  };
  const operations = Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, { parameters, requestBody, responses }]): Operation => {
      const body = requestBody?.content['application/json'].schema;
      const answers = Object.values(responses).flatMap(({ content }) => content?.['application/json']?.schema ?? []);
      const shown = answers.flatMap((schema) => Object.keys(resolve(schema).properties ?? {}));
      const taken = Object.keys((body && resolve(body).properties) ?? {});
      return {
        name: `${verb.toUpperCase()} ${path}`,
        method: verb.toUpperCase(),
        path,
        query: parameters.filter((parameter) => parameter.in === 'query'),
        ...(body ? { body } : {}),
        readOnly: [...new Set([...shown, ...ALWAYS_OURS])].filter((name) => !taken.includes(name)),
        open: path.startsWith('/webhooks/'),
        resolve,
      };
    }),
  );
  return operations.toSorted((a, b) => lastness(a) - lastness(b));
}

/** Columns of ours that nobody is ever asked for. */
const ALWAYS_OURS = ['id', 'archivedAt', 'verifiedAt', 'tokenHash', 'clientKeysKept', 'requestedBy', 'trigger', 'webhookSecret'];
