/** Runs one statement; inside a transaction, in it. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<unknown>;

/** Something that runs statements: a DataSource, an entity manager, or `{ query }`. */
export interface Queryable {
  query: Query;
}

/** A text as Postgres can keep it in JSON: no NUL, no half of a surrogate pair. Vendors' records may hold either. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

/** A value as a parameter of type json or jsonb. */
export function jsonParameter(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? storable(part) : part));
}
