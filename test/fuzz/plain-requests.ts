import fc from 'fast-check';
import { HUGE } from './hostile.js';
import type { Operation } from './operations.js';
import { anyValue, encoded, type Known, NOBODY, type Sent, withId, wordOf, written } from './requests.js';

/** Fields and parameters that say whose something is, and the word of paths for the same. */
const OWNERS: Record<string, string> = { psaInstanceId: 'psa-instances', tenantId: 'tenants' };

/** Requests that are right as far as the document can say: with what is needed alone, and with one field more each. */
export function plainRequests(operation: Operation, known: Known): Sent[] {
  const url = withId(operation.path, known.own[wordOf(operation.path)] ?? NOBODY);
  return plainBodies(operation, known).map((body) => sent(url, body));
}

/** The same, but asking for what belongs to somebody else: in the path, a parameter, a field of the body. */
export function foreignRequests(operation: Operation, known: Known): Sent[] {
  const { path, query, body, resolve } = operation;
  const own = withId(path, known.own[wordOf(path)] ?? NOBODY);
  const [needed] = plainBodies(operation, known);
  const id = known.foreign[wordOf(path)];
  const foreign = (names: readonly string[]): [string, string][] =>
    names.flatMap((name): [string, string][] => {
      const other = known.foreign[OWNERS[name] ?? ''];
      return other === undefined ? [] : [[name, other]];
    });
  return [
    ...(id === undefined ? [] : [sent(withId(path, id), needed)]),
    ...foreign(query.map(({ name }) => name)).map(([name, value]) => sent(`${own}?${name}=${value}`, needed)),
    ...foreign(Object.keys((body && resolve(body).properties) ?? {})).map(([name, value]) => sent(own, { ...needed, [name]: value })),
  ].map((one) => ({ ...one, foreign: true }));
}

/** What every parameter and every field is to be tried with, not only those that chance picks. */
const EVERYWHERE = { query: ["' OR 1=1 --", 'a\u0000b', '\ud800'], body: ['a\u0000b', HUGE] };

/** The plainest request, with one parameter or one field of the body hostile. */
export function hostileRequests(operation: Operation, known: Known): Sent[] {
  const { path, query, body, resolve } = operation;
  const own = withId(path, known.own[wordOf(path)] ?? NOBODY);
  const [needed] = plainBodies(operation, known);
  const fields = Object.keys((body && resolve(body).properties) ?? {});
  return [
    ...query.flatMap(({ name }) => EVERYWHERE.query.map((value) => sent(`${own}?${name}=${encoded(value)}`, needed))),
    ...fields.flatMap((name) => EVERYWHERE.body.map((value) => sent(own, { ...needed, [name]: value }))),
  ];
}

function sent(url: string, body: object | undefined): Sent {
  const payload = body === undefined ? {} : { payload: written(JSON.stringify(body)) };
  return { url, contentType: 'application/json', foreign: false, undeclared: false, ...payload };
}

/** The first holds what is needed and nothing else. */
function plainBodies({ body, resolve }: Operation, known: Known): (Record<string, unknown> | undefined)[] {
  if (!body) return [undefined];
  const { properties = {}, required = [] } = resolve(body);
  const value = (name: string): unknown => fc.sample(anyValue(properties[name] ?? {}, name, known, resolve), { seed: 1, numRuns: 1 })[0];
  const needed = Object.fromEntries(required.map((name) => [name, value(name)]));
  const others = Object.keys(properties).filter((name) => !required.includes(name));
  return [needed, ...others.map((name) => ({ ...needed, [name]: value(name) }))];
}
