import { calendarDate, decimal, type CalendarDate } from '../domain/index.js';
import { unescapeMarkup } from './text.js';
import type { WireRecord } from './wire.js';

/**
 * Readers of single values of Halo's answers. Undefined means that the record did not carry the value or that it cannot be understood;
 * null is Halo's "none": empty text, ids of 0 and -1, dates before 1902.
 */

/** Whether a value is a JSON object (not an array, not null). */
export function isRecord(value: unknown): value is WireRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An integer, also from `12.0` and from text, as Halo is seen to send both. */
export function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*-?\d+(\.0+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return undefined;
  return number === 0 ? 0 : number;
}

/** An id above 0 as text. */
export function id(value: unknown): string | undefined {
  const number = integer(value);
  return number !== undefined && number > 0 ? String(number) : undefined;
}

/** A reference to another record: null for none (null, 0, -1). */
export function reference(value: unknown): string | null | undefined {
  if (value === null) return null;
  const number = integer(value);
  if (number === undefined) return undefined;
  return number > 0 ? String(number) : null;
}

/** A text as it is; null when empty. A number is taken as text: some columns hold ids as either. */
export function text(value: unknown): string | null | undefined {
  if (value === null) return null;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  return value.trim() === '' ? null : value.trim();
}

/** A name in plain form, whether or not Halo escaped it; null when empty. */
export function name(value: unknown): string | null | undefined {
  const shown = text(value);
  return typeof shown === 'string' ? text(unescapeMarkup(shown)) : shown;
}

/** A yes or no. */
export function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 'true' || value === 'True') return true;
  if (value === 0 || value === 'false' || value === 'False') return false;
  return undefined;
}

/** An amount in canonical form, as the double that Halo keeps shows it. */
export function amount(value: unknown): string | undefined {
  if (typeof value === 'number') return decimal(value);
  const exact = decimal(value);
  return exact === undefined ? undefined : decimal(Number(exact));
}

/** A day; null for Halo's empty dates. Source: database defaults (1900) and scripts (1901) in production; .NET's own empty date is 0001. */
export function day(value: unknown): CalendarDate | null | undefined {
  if (value === null || value === '') return null;
  const date = calendarDate(value);
  return date !== undefined && date < '1902' ? null : date;
}
