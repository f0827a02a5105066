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
  return isDay(Number(match[1]), Number(match[2]), Number(match[3])) ? match[0] : undefined;
}

/** Asked of every date of every row: by counting, which is much quicker than by a Date. */
function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  if (month === 2) return day <= (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28);
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

/** Whole days from one day to another; negative when `to` is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
