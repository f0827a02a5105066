/** A statement that is marked as one to prepare: its name, in a comment before it. */
const MARKED = /^\/\* prepared (\w+) \*\//;

/**
 * Marks a statement that is made very often, such as once for each call to a vendor: each connection prepares it once, and its planning,
 * which may take longer than the rest of it, is saved from then on. The name is this statement's alone.
 */
export function prepared(name: string, sql: string): string {
  return `/* prepared ${name} */${sql}`;
}

/** The name under which a statement is to be prepared, if it is. */
export function preparedName(sql: string): string | undefined {
  return MARKED.exec(sql)?.[1];
}
