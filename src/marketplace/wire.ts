/**
 * Reading of the marketplace's JSON. Its document guarantees next to nothing: every field may be missing, null or of another
 * type, so each is read by what it should be and is undefined when it is not.
 */
export type WireObject = Record<string, unknown>;

export function isObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Trimmed text; numbers are taken as text. Undefined when empty. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function booleanOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** One of the known values as it is, else `unknown` with the raw text kept. */
export function statusOf<S extends string>(value: unknown, known: readonly S[]): { status: S | 'unknown'; rawStatus?: string } {
  const raw = textOf(value);
  const match = known.find((status) => status === raw);
  if (match !== undefined) return { status: match };
  return raw === undefined ? { status: 'unknown' } : { status: 'unknown', rawStatus: raw };
}

/** How a row of a list was understood. `foreign`: it does not belong to what was asked for. */
export type Judged<T> =
  | { kind: 'row'; id: string; row: T }
  | { kind: 'foreign'; id: string }
  | { kind: 'malformed'; id?: string; reason: string };

/** Leaves out what is undefined, so that "not said" is an absent field. */
export function said<T extends object>(fields: T): T {
  // Made anew: engines keep records from which fields were taken off in a slower and larger form.
  const rest = {} as T;
  for (const key in fields) if (fields[key] !== undefined) rest[key] = fields[key];
  return rest;
}
