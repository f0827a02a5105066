/** Calendar arithmetic on `YYYY-MM-DD`, in UTC throughout so that no zone shifts a day. */

const DAY_MS = 86_400_000;

export interface Span {
  type: string;
  duration: number;
}

/** The UTC day of a time in milliseconds. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
}

/** The same day of another month; the month's last day where it has no such day. */
export function addMonths(day: string, months: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wanted, last));
  return date.toISOString().slice(0, 10);
}

/** A day some periods later; periods without a length of their own count as months. */
export function addPeriods(day: string, period: Span, times: number): string {
  const total = period.duration * times;
  if (period.type === 'day') return addDays(day, total);
  return addMonths(day, period.type === 'year' ? total * 12 : total);
}
