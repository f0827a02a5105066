const MINUTE = 60_000;
const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD HH:MM` on the wall clock of a zone, by way of a locale that writes dates so. */
export function wallOf(timeZone: string, instant: number): string {
  let format = FORMATS.get(timeZone);
  if (!format) FORMATS.set(timeZone, (format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })));
  return format.format(instant);
}

/** Every minute at which a zone could show a date: it is at most 15 hours off UTC. */
function* minutesAround(date: string): Generator<number> {
  const start = Date.parse(`${date}T00:00Z`) - 16 * 60 * MINUTE;
  for (let minute = 0; minute < 58 * 60; minute += 1) yield start + minute * MINUTE;
}

/** The first minute at which the wall clock shows a time of a date, or a later one: found by looking at each minute. */
export function dueByScanning(timeZone: string, date: string, at: string): number {
  for (const minute of minutesAround(date)) if (wallOf(timeZone, minute) >= `${date} ${at}`) return minute;
  throw new Error(`${timeZone} never gets to ${date} ${at}`);
}

/** Whether a zone ever shows a date. */
export function hasDate(timeZone: string, date: string): boolean {
  let minutes = 0;
  for (const minute of minutesAround(date)) {
    // A date lasts for hours: every quarter of an hour is enough.
    if (minutes++ % 15 === 0 && wallOf(timeZone, minute).startsWith(date)) return true;
  }
  return false;
}
