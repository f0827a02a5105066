import type { Bound } from './binding.js';
import type { Fields } from './fields.js';
import { databaseRefusal } from './refusals.js';
import type { PsaSwitches } from './switches.js';

/**
 * The columns that a posted element sets, in the form they are stored: fields that are forgotten left out, texts fitted to their
 * columns, prices rounded. Throws a Refusal where the database would not take a value.
 */
export function columnsOf(fields: Fields, bound: Bound, isNew: boolean, switches: PsaSwitches): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(bound)) {
    const field = fields[name];
    if (!field || field.transient || switches.dropsFields.includes(name)) continue;
    if (value === null) {
      if (isNew || switches.nullOnUpdate === 'clears') columns[name] = field.initial;
    } else if (field.type === 'text' && typeof value === 'string') columns[name] = fitted(value, field.length, switches);
    else if (field.type === 'date' && typeof value === 'string') columns[name] = inRange(value);
    else if (field.money && switches.priceDecimals !== null) columns[name] = Number(Number(value).toFixed(switches.priceDecimals));
    else columns[name] = value;
  }
  return columns;
}

/** The text, cut or refused if it is longer than its column. */
export function fitted(value: string, length: number | undefined, switches: PsaSwitches): string {
  if (length === undefined || value.length <= length) return value;
  if (switches.overlong === 'truncate') return value.slice(0, length);
  throw databaseRefusal('String or binary data would be truncated.\r\nThe statement has been terminated.');
}

/** A `datetime` column begins with 1753. */
function inRange(value: string): string {
  if (value >= '1753') return value;
  throw databaseRefusal('SqlDateTime overflow. Must be between 1/1/1753 12:00:00 AM and 12/31/9999 11:59:59 PM.');
}
