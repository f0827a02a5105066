/**
 * A span of time as the marketplace states it: `{ type: 'month', duration: 12 }`.
 * Types other than day, month and year (`statement_day`, `unknown`, anything new) have no length and no ISO form.
 */
export interface Period {
  type: string;
  duration: number;
}

/**
 * The ISO 8601 duration of a period, in its longest whole unit: 12 months are `P1Y`, 36 months `P3Y`.
 *
 * Undefined when it has none (unknown type, missing, not a positive whole number): such a term is reported, never guessed.
 * Source: the marketplace's `Period` schema; the mapping itself is ours, as the API has no ISO field.
 */
export function isoDuration(period: Period | undefined): string | undefined {
  if (!period || !Number.isInteger(period.duration) || period.duration <= 0) return undefined;
  const { type, duration } = period;
  if (type === 'month') return duration % 12 === 0 ? `P${duration / 12}Y` : `P${duration}M`;
  if (type === 'year') return `P${duration}Y`;
  if (type === 'day') return `P${duration}D`;
  return undefined;
}
