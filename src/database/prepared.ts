import { hash } from 'node:crypto';

/** A statement that is marked as one to prepare: its name, in a comment before it. */
const MARKED = /^\/\* prepared (\w+) \*\//;

/**
 * Marks a statement that is made very often, such as once for each call to a vendor: each connection prepares it once, and its planning,
 * which may take longer than the rest of it, is saved from then on. The name is this statement's alone.
 */
export function prepared(name: string, sql: string): string {
  return `/* prepared ${name} */${sql}`;
}

/**
 * The same for a statement whose text is put together, or that is one of many: its name is a digest of it. Each connection keeps every text that
 * it ever prepared, so nothing that comes in many forms may be in it.
 */
export function preparedByText(sql: string): string {
  const known = marked.get(sql);
  if (known !== undefined) return known;
  const one = prepared(`t_${hash('sha256', sql).slice(0, 32)}`, sql);
  marked.set(sql, one);
  return one;
}

const marked = new Map<string, string>();

/** The name under which a statement is to be prepared, if it is. */
export function preparedName(sql: string): string | undefined {
  return MARKED.exec(sql)?.[1];
}
