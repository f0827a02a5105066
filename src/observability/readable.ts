/** Turns a line of the log into one for a person: `12:30:01 warn  The database does not answer yet (attempt 1)`. */
export function readable(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { time, level, msg, err, ...rest } = entry;
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  const fields = Object.entries(rest).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const error = typeof err === 'object' && err !== null ? err : undefined;
  const reason = error && 'stack' in error ? `\n${String(error.stack)}` : '';
  return `${clock} ${String(level).padEnd(5)} ${typeof msg === 'string' ? msg : ''}${fields.length > 0 ? ` (${fields.join(', ')})` : ''}${reason}\n`;
}
