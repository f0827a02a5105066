import type { Fault } from './contract.js';
import { isRecord } from './record.js';

/** Control input that cannot be followed; its message says why, in a sentence. */
export class BadInput extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

type Kind = 'text' | 'flag' | 'count' | 'milliseconds' | 'status' | 'anything' | 'texts';

const FAULT_FIELDS: Record<keyof Fault, Kind> = {
  id: 'text',
  vendor: 'text',
  method: 'text',
  path: 'text',
  after: 'count',
  times: 'count',
  status: 'status',
  body: 'anything',
  contentType: 'text',
  headers: 'texts',
  afterHandling: 'flag',
  reset: 'flag',
  cut: 'flag',
  dripMs: 'milliseconds',
  delayMs: 'milliseconds',
};

const DISTURBANCES = ['status', 'body', 'contentType', 'headers', 'reset', 'cut', 'dripMs', 'delayMs'];

const WHAT_IS_RIGHT: Record<Kind, [test: (value: unknown) => boolean, words: string]> = {
  text: [(value) => typeof value === 'string', 'a text'],
  flag: [(value) => typeof value === 'boolean', 'true or false'],
  count: [(value) => Number.isInteger(value) && Number(value) >= 0, 'a whole number, 0 or more'],
  milliseconds: [(value) => typeof value === 'number' && value >= 0, 'a number of milliseconds, 0 or more'],
  status: [(value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599, 'a status between 200 and 599'],
  anything: [() => true, 'anything'],
  texts: [(value) => isRecord(value) && Object.values(value).every((each) => typeof each === 'string'), 'an object of texts'],
};

/** The body as an object with no other fields than these; a missing body is an empty one. */
export function object(body: unknown, fields: readonly string[]): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (!isRecord(body)) throw new BadInput('The body must be a JSON object.');
  const strange = Object.keys(body).filter((name) => !fields.includes(name));
  if (strange.length > 0) throw new BadInput(`Unknown: ${strange.join(', ')}. Known: ${fields.join(', ')}.`);
  return body;
}

/** A whole number of at least 0, or undefined when it is not given. */
export function count(input: Record<string, unknown>, name: string): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw new BadInput(`"${name}" must be a whole number, 0 or more.`);
  return value;
}

/** A fault as described, checked. */
export function fault(body: unknown): Fault {
  const input = object(body, Object.keys(FAULT_FIELDS));
  for (const [name, kind] of Object.entries(FAULT_FIELDS)) {
    const [isRight, words] = WHAT_IS_RIGHT[kind];
    if (input[name] !== undefined && !isRight(input[name])) throw new BadInput(`"${name}" of a fault must be ${words}.`);
  }
  if (!isFault(input)) throw new BadInput('"vendor" of a fault must be "marketplace" or "psa".');
  if (input.method !== undefined && input.method !== input.method.toUpperCase())
    throw new BadInput('"method" of a fault is written in capitals.');
  if (!DISTURBANCES.some((name) => Object.hasOwn(input, name))) throw new BadInput(`A fault needs one of ${DISTURBANCES.join(', ')}.`);
  try {
    RegExp(input.path ?? '', 'i');
  } catch {
    throw new BadInput('"path" of a fault must be a regular expression.');
  }
  return input;
}

/** The other fields have been checked one by one. */
function isFault(input: object): input is Fault {
  return 'vendor' in input && (input.vendor === 'marketplace' || input.vendor === 'psa');
}
