import { preparedByText } from '../../database/prepared.js';

/** Runs one statement; inside a transaction, in it. */
export type Query = (sql: string, parameters?: unknown[]) => Promise<unknown>;

/** Something that runs statements: a DataSource, an entity manager, or `{ query }`. */
export interface Queryable {
  query: Query;
}

/**
 * Runs a statement of an import, and gives its rows or those that it returns of what it wrote. It is prepared by its text, so nothing that comes in
 * many forms may be in that.
 */
export async function execute<Row>(on: Queryable | Query, sql: string, parameters?: unknown[]): Promise<Row[]> {
  const text = preparedByText(sql);
  const answer = (await (typeof on === 'function' ? on(text, parameters) : on.query(text, parameters))) as Row[] | [Row[], number];
  // TypeORM answers so when rows are updated or deleted.
  return Array.isArray(answer[0]) ? answer[0] : (answer as Row[]);
}

/** A text as Postgres can keep it in JSON: no NUL, no half of a surrogate pair. Vendors' records may hold either. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

/** How JSON writes what Postgres cannot keep; also found in texts that only look like it. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/i;

/** A value as a parameter of type json or jsonb. */
export function jsonParameter(value: unknown): string {
  return asKept(value).text;
}

/** A record of plain JSON as the database gives it back. Hardly any is another. */
export function kept<T>(record: T): T {
  return asKept(record).record;
}

/** Both of them. */
export function asKept<T>(record: T): { text: string; record: T } {
  const text = JSON.stringify(record);
  if (!UNSTORABLE.test(text)) return { text, record };
  const storableText = JSON.stringify(record, (_key, part: unknown) => (typeof part === 'string' ? storable(part) : part));
  return { text: storableText, record: JSON.parse(storableText) as T };
}

/**
 * Rows of a table of a tenant ($1), one look into its index for each wanted value: Postgres would rather go over the whole table for a
 * long list of them, and do so for every part of the customers.
 * @param values a parameter, `$2` say, that is an array of text.
 */
export function rowsOf(select: string, table: string, column: string, values: string, and = ''): string {
  return `SELECT ${select} FROM (SELECT DISTINCT value FROM unnest(${values}::text[]) AS listed(value)) AS wanted,
    LATERAL (SELECT * FROM ${table} WHERE tenant_id = $1 AND ${column} = wanted.value ${and} OFFSET 0) AS found`;
}
