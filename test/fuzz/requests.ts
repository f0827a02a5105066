import fc from 'fast-check';
import { HUGE, hostileBody, hostileQuery, hostileText, hostileValue, pollution } from './hostile.js';
import type { Operation, Schema } from './operations.js';

/** What is there for requests to name. */
export interface Known {
  /** Ids of the caller's own, by the word of the path that comes before them. */
  own: Record<string, string>;
  /** Those of somebody else, in the same way. */
  foreign: Record<string, string>;
  /** Values that are right for fields and parameters of a name, where the schema cannot say. */
  values: Record<string, unknown[]>;
}

/** An id that nothing has. */
export const NOBODY = '00000000-0000-4000-8000-000000000000';

/** One request. */
export interface Sent {
  url: string;
  contentType: string;
  payload?: string;
  /** Whether it asks for something of somebody else. */
  foreign: boolean;
  /** Whether its body holds a field that the route does not know. */
  undeclared: boolean;
}

/** A field set beside those that are right. */
interface Change {
  name: string;
  value: unknown;
}

interface Body {
  text: string;
  undeclared: boolean;
}

/** Requests that are nearly right: valid values, of which some are replaced, repeated, taken away or added to. */
export function anyRequest(operation: Operation, known: Known): fc.Arbitrary<Sent> {
  return fc
    .record({
      path: anyPath(operation, known),
      query: anyQuery(operation, known),
      body: operation.body ? anyBody(operation, operation.body, known) : seldom(hostileBody.map(asBody), null),
      contentType: fc.oneof(
        { weight: 14, arbitrary: fc.constant('application/json') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('text/plain', 'application/xml', 'multipart/form-data', 'application/json; charset=utf-7', ''),
        },
      ),
    })
    .map(({ path, query, body, contentType }) => ({
      url: `${path.url}${query === '' ? '' : `?${query}`}`,
      contentType,
      ...(body ? { payload: written(body.text) } : {}),
      foreign: path.foreign,
      undeclared: body?.undeclared === true,
    }));
}

/** The word of a path that says what its id is of. */
export function wordOf(path: string): string {
  return /([^/]+)\/\{/.exec(path)?.[1] ?? '';
}

/** A path with an id in it. */
export function withId(path: string, id: string): string {
  return path.replace(/\{\w+\}/, encoded(id));
}

function anyForeign({ foreign }: Known): fc.Arbitrary<string> {
  return fc.constantFrom(NOBODY, ...Object.values(foreign));
}

/** One time in eight. */
function seldom<T, U>(arbitrary: fc.Arbitrary<T>, otherwise: U): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary });
}

const asBody = (text: string): Body => ({ text, undeclared: false });

function anyPath({ path }: Operation, known: Known): fc.Arbitrary<{ url: string; foreign: boolean }> {
  if (!path.includes('{')) return fc.constant({ url: path, foreign: false });
  const put = (id: string, foreign: boolean): { url: string; foreign: boolean } => ({ url: withId(path, id), foreign });
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(put(known.own[wordOf(path)] ?? NOBODY, false)) },
    { weight: 1, arbitrary: anyForeign(known).map((id) => put(id, true)) },
    { weight: 1, arbitrary: hostileText.filter((text) => text !== '').map((text) => put(text, false)) },
  );
}

function anyQuery({ query }: Operation, known: Known): fc.Arbitrary<string> {
  const one = ({ name, schema }: { name: string; schema: Schema }): fc.Arbitrary<string> => {
    const good = anyValue(schema, name, known, () => schema).map((value) => [String(value)]);
    const bad = fc.oneof(hostileText, anyForeign(known)).map((value) => [value]);
    const values = fc.oneof(
      { weight: 8, arbitrary: fc.constant<string[]>([]) },
      { weight: 4, arbitrary: good },
      { weight: 3, arbitrary: bad },
      { weight: 1, arbitrary: fc.tuple(hostileText, hostileText) },
    );
    return values.map((all) => all.map((value) => `${name}=${encoded(value)}`).join('&'));
  };
  const odd = seldom(hostileQuery, '');
  return fc.tuple(...query.map(one), odd).map((parts) => parts.filter((part) => part !== '').join('&'));
}

function anyBody(operation: Operation, schema: Schema, known: Known): fc.Arbitrary<Body> {
  const good = anyObject(operation.resolve(schema), known, operation.resolve);
  const names = Object.keys(operation.resolve(schema).properties ?? {});
  const change = fc.record({
    name: fc.constantFrom(...names),
    value: fc.oneof({ weight: 6, arbitrary: hostileValue }, { weight: 1, arbitrary: anyForeign(known) }),
  });
  const added = fc.record({
    name: fc.constantFrom(...operation.readOnly),
    value: fc.oneof(hostileValue, anyForeign(known)),
  });
  const changed = (body: object, { name, value }: Change): object => ({ ...body, [name]: value });
  const text = good.map((body) => JSON.stringify(body));
  return fc.oneof(
    { weight: 2, arbitrary: text.map(asBody) },
    { weight: 6, arbitrary: fc.tuple(good, change).map(([body, one]) => asBody(JSON.stringify(changed(body, one)))) },
    { weight: 2, arbitrary: fc.tuple(good, change, change).map(([body, a, b]) => asBody(JSON.stringify(changed(changed(body, a), b)))) },
    {
      weight: 2,
      arbitrary: fc.tuple(good, fc.constantFrom(...names)).map(([body, name]) => asBody(JSON.stringify({ ...body, [name]: undefined }))),
    },
    { weight: 3, arbitrary: fc.tuple(good, added).map(([body, one]) => ({ text: JSON.stringify(changed(body, one)), undeclared: true })) },
    {
      weight: 2,
      arbitrary: fc.tuple(text, pollution).map(([body, more]) => ({
        text: body.replace(/^\{(?=(.))/, (_all, next) => `{${more}${next === '}' ? '' : ','}`),
        undeclared: true,
      })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(text, hostileValue)
        .map(([body, value]) =>
          asBody(body.replace(/^\{("\w+":)/, (_all, name) => `{${String(name)}${JSON.stringify(value)},${String(name)}`)),
        ),
    },
    { weight: 2, arbitrary: hostileBody.map(asBody) },
  );
}

type Resolve = (schema: Schema) => Schema;

function anyObject({ properties = {}, required = [] }: Schema, known: Known, resolve: Resolve): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, anyValue(schema, name, known, resolve)]));
  return fc.record(fields, { requiredKeys: required });
}

/** A value that the schema allows, and where known one that names something. */
export function anyValue(schema: Schema, name: string, known: Known, resolve: Resolve): fc.Arbitrary<unknown> {
  const values = known.values[name];
  if (values) return fc.constantFrom(...values);
  const { type, format, enum: words, items, properties, minimum, maximum } = resolve(schema);
  if (words) return fc.constantFrom(...words);
  if (properties) return anyObject(resolve(schema), known, resolve);
  if (items) return fc.uniqueArray(anyValue(items, name, known, resolve), { minLength: 1, maxLength: 2 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return fc.integer({ min: minimum ?? 0, max: Math.min(maximum ?? 1000, 1_000_000) });
  if (format === 'uuid') return fc.constantFrom(...Object.values(known.own));
  if (format === 'date-time') return fc.constant('2099-01-01T00:00:00.000Z');
  return fc.constantFrom('n', 'Some text, in one line');
}

/** A body as it is sent. */
export function written(text: string): string {
  return text.replaceAll(`"${HUGE}"`, '1e999');
}

/** As a part of an address; halves of surrogate pairs too, which nobody may send and somebody will. */
export function encoded(text: string): string {
  const broken = text.isWellFormed() ? '' : '%ed%a0%80';
  return `${encodeURIComponent(text.toWellFormed())}${broken}`;
}
