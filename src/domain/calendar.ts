/** A day without a time or zone, `YYYY-MM-DD`. Compares correctly as text. */
export type CalendarDate = string;

const FORM = /^(\d{4})-(\d{2})-(\d{2})/;

/**
 * Reads the day out of a vendor's date or date-time, leniently (`2026-01-29`, `2026-01-29T20:00:00.000Z`, `2026-01-29 20:00`).
 * The day is taken as written: no zone arithmetic. Undefined for anything that is not a real calendar day.
 */
export function calendarDate(value: unknown): CalendarDate | undefined {
  if (typeof value !== 'string') return undefined;
  const match = FORM.exec(value.trim());
  if (!match) return undefined;
  const text = match[0];
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text ? undefined : text;
}

/** Whole days from one day to another; negative when `to` is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
