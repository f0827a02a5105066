import { plainToInstance } from 'class-transformer';
import { isUUID, validate, type ValidationError } from 'class-validator';
import { type Fault, Invalid, NotFound } from './problem.js';

/** A DTO class: fields with class-validator decorators. */
export type Class<T> = new () => T;

const DEEPEST = 20;
const MOST_FAULTS = 50;

/**
 * Checks a JSON body against a class and makes an instance of it. Unknown fields are faults.
 * @throws Invalid naming every fault by its JSON pointer; values are never repeated, they may be secrets.
 */
export async function validBody<T extends object>(type: Class<T>, body: unknown): Promise<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Invalid([{ pointer: '', message: 'must be a JSON object' }], 'The body must be a JSON object, sent as application/json.');
  }
  return check(type, body, '');
}

/**
 * Checks the parameters of a query string. Without a class none are taken.
 * @throws Invalid also for a parameter that is given twice.
 */
export async function validQuery<T extends object>(type: Class<T> | undefined, query: Record<string, unknown>): Promise<T> {
  const names = Object.keys(query);
  const faults = names.filter((name) => typeof query[name] !== 'string').map((name) => queryFault(name, 'is given more than once'));
  if (type === undefined) faults.push(...names.map((name) => queryFault(name, 'is not a parameter of this route')));
  if (faults.length > 0) throw new Invalid(faults);
  // Fastify's query object has no prototype, which class-transformer does not take for a plain object.
  return type === undefined ? ({} as T) : check(type, { ...query }, '/query');
}

/**
 * The parameters of a path. All of ours are ids, so what is no UUID names nothing.
 * @throws NotFound
 */
export function validIds(params: Record<string, string>): Record<string, string> {
  const entries = Object.entries(params).map(([name, value]) => {
    if (!isUUID(value)) throw new NotFound('What that id names');
    return [name, value.toLowerCase()];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function queryFault(name: string, message: string): Fault {
  return { pointer: `/query/${escape(name)}`, message };
}

async function check<T extends object>(type: Class<T>, value: object, root: string): Promise<T> {
  const unfit = unfitTexts(value, root);
  if (unfit.length > 0) throw new Invalid(unfit);
  const instance = plainToInstance(type, value);
  const errors = await validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw new Invalid(errors.flatMap((error) => faultsOf(error, root)).slice(0, MOST_FAULTS));
  return instance;
}

function faultsOf(error: ValidationError, above: string): Fault[] {
  const pointer = `${above}/${escape(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).map(([name, message]) => ({
    pointer,
    message: name === 'whitelistValidation' ? `${error.property} is not known here` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}

/** What no column can hold (NUL, broken UTF-16), and names and nesting that only an attack has. */
function unfitTexts(value: unknown, root: string): Fault[] {
  const faults: Fault[] = [];
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value, pointer: root, depth: 0 }];
  for (let at = open.pop(); at !== undefined && faults.length < MOST_FAULTS; at = open.pop()) {
    const { pointer, depth } = at;
    if (typeof at.value === 'string' && (at.value.includes('\0') || !at.value.isWellFormed())) {
      faults.push({ pointer, message: 'holds characters that cannot be stored' });
    }
    if (typeof at.value !== 'object' || at.value === null) continue;
    if (depth >= DEEPEST) return [{ pointer: root, message: `must not be nested deeper than ${DEEPEST} levels` }];
    for (const [name, inner] of Object.entries(at.value)) {
      const below = `${pointer}/${escape(name)}`;
      // No field of ours is named as what every object has, and class-transformer passes such names over without a word.
      if (name in Object.prototype) faults.push({ pointer: below, message: `${name} is not known here` });
      open.push({ value: inner, pointer: below, depth: depth + 1 });
    }
  }
  return faults;
}

/** A name as a part of a JSON pointer (RFC 6901). */
function escape(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
