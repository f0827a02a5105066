import type { CalendarDate } from '../domain/index.js';

/** Writers of single values into Halo's form. Undefined stays undefined: left out of a write. */

/** What is written for "no date": scripts in production use it, and Halo shows it as empty. */
export const NO_DATE = '1901-01-01T00:00:00';

/** An id as Halo's integer. Throws a RangeError for text that is none: it never came from Halo. */
export function wireId(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number <= 0) throw new RangeError(`"${value}" is not an id of HaloPSA.`);
  return number;
}

/** A reference; `none` is Halo's word for an empty one (-1 for a site, 0 for others). */
export function wireReference(value: string | null | undefined, none: 0 | -1): number | undefined {
  if (value === undefined) return undefined;
  return value === null ? none : wireId(value);
}

/** A day as a date-time without zone, as Halo's own answers show it; null as Halo's "no date". */
export function wireDay(value: CalendarDate | null | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value === null || value < '1902' ? NO_DATE : `${value}T00:00:00`;
}

/** An amount as the JSON number that Halo takes (a double); undefined for what is not finite. */
export function wireAmount(value: string | undefined): number | undefined {
  const number = value === undefined ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}
