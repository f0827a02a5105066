const DAY_MS = 86_400_000;

/**
 * A record read so long ago, in milliseconds, was not read today. Less than 24 hours, as a daily import reads for up to an hour and may
 * begin an hour sooner by the clocks: what it read yesterday is to be read again today, and not only every other day.
 */
export const DAY_OLD_MS = 20 * 3_600_000;

/** A reading that is dated so much later than now, in milliseconds, is by a clock that was ahead: when it was is not known, so it counts as long ago. */
export const AHEAD_MS = 600_000;

/** A record that the marketplace gives one by one. */
export interface Readable {
  id: string;
  /** When it was last read, in milliseconds since 1970; null: never. */
  readAt: number | null;
  /** Whether something says that it is another than when it was read. */
  sign: boolean;
}

export interface ReadingLimits {
  /** In milliseconds since 1970. */
  now: number;
  /** What was read before this moment is read again. */
  since?: number | undefined;
  /** Calls that an hour allows. */
  callsAnHour: number;
  /** How many more there are, which need not be named: they were read today and show no sign. Default none. */
  restful?: number;
  /** Over how many days the reading of what shows no sign may be spread when it is too much for an hour. */
  withinDays: number;
}

/**
 * Which records are worth a call each: those never read, or with a sign of change; and then, oldest first, those not read today (a
 * change need not show any sign): all of them if that fits into an hour, else a day's part of all, or what is left of it after today's
 * earlier imports, but at least those whose last reading is as many days ago as there may be.
 */
export function worthReading<One extends Readable>(
  all: readonly One[],
  { now, since, callsAnHour, restful = 0, withinDays }: ReadingLimits,
): One[] {
  const must = (one: One): boolean => one.readAt === null || one.sign || (since !== undefined && one.readAt < since);
  const age = ({ readAt }: One): number => now - (readAt === null || readAt > now + AHEAD_MS ? 0 : readAt);
  const signed = all.filter(must);
  const calm = all.filter((one) => !must(one));
  const old = calm.filter((one) => age(one) >= DAY_OLD_MS).toSorted((a, b) => age(b) - age(a) || (a.id < b.id ? -1 : 1));
  return [...signed, ...old.slice(0, howMany())];

  function howMany(): number {
    if (old.length <= callsAnHour - signed.length) return old.length;
    const days = Math.max(1, withinDays);
    const readToday = calm.length - old.length + restful;
    const overdue = old.filter((one) => age(one) >= days * DAY_MS).length;
    return Math.max(Math.ceil((all.length + restful) / days) - readToday, overdue);
  }
}

/** Whether two list rows say the same, whatever the order of their fields: the database gives them back in another one. */
export function sameRow(row: object, other: object): boolean {
  return row === other || canonical(row) === canonical(other);
}

function canonical(row: object): string {
  return JSON.stringify(row, (_key, value: unknown) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
