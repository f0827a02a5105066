import type { Field, Fields } from './fields.js';

/** The properties of one posted element that the resource knows, in stored form; `null` where null was posted. Unknown ones are left out. */
export type Bound = Record<string, unknown>;

const INT_MAX = 2_147_483_647;
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Reads posted JSON as .NET's deserialiser does: numbers may come as text and texts as numbers, but "95.0" is no integer and "x" no number.
 * `errors`, keyed `[index].property`, is filled with what does not fit.
 */
export function bind(fields: Fields, element: unknown, index: number, errors: Record<string, string[]>): Bound {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    errors[`[${index}]`] = ['The value is not an object.'];
    return {};
  }
  const bound: Bound = {};
  for (const [name, value] of Object.entries(element)) {
    const field = name === 'id' ? ID : Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) continue;
    if (value === null) {
      bound[name] = null;
      continue;
    }
    const read = readAs(field, value);
    if (read === undefined) errors[`[${index}].${name}`] = [`The value '${shown(value)}' is not valid.`];
    else bound[name] = read;
  }
  return bound;
}

const ID: Field = { type: 'integer', initial: 0 };

function readAs(field: Field, value: unknown): unknown {
  switch (field.type) {
    case 'integer':
      return readInteger(value);
    case 'double':
      return readDouble(value);
    case 'boolean':
      return readBoolean(value);
    case 'text':
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
    case 'date':
      return readDate(value);
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? value : undefined;
    case 'array':
      return Array.isArray(value) ? value : undefined;
  }
}

function readInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^[+-]?\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= INT_MAX ? number : undefined;
}

function readDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return undefined;
  return Number(value);
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** `YYYY-MM-DDTHH:mm:ss` in UTC; a text without a zone is taken as UTC. */
function readDate(value: unknown): string | undefined {
  if (typeof value !== 'string' || !DATE.test(value)) return undefined;
  const zoned = value.length === 10 ? `${value}T00:00:00Z` : /(Z|[+-]\d{2}:?\d{2})$/.test(value.slice(10)) ? value : `${value}Z`;
  const time = new Date(zoned);
  if (Number.isNaN(time.getTime()) || rolledOver(value, zoned, time)) return undefined;
  return time.toISOString().slice(0, 19);
}

/** JavaScript takes 31 February for 3 March; .NET refuses it. */
function rolledOver(value: string, zoned: string, time: Date): boolean {
  return zoned.endsWith('Z') && time.toISOString().slice(0, 10) !== value.slice(0, 10);
}

function shown(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 100);
}
