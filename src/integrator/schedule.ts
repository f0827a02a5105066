import { createHash } from 'node:crypto';
import type { CalendarDate } from '../domain/index.js';
import { offsetAt, wallClock } from './wall-clock.js';

/** A time of day, every day. */
export interface Daily {
  /** `HH:MM` on the wall clock of `timeZone`. */
  at: string;
  /** An IANA name. */
  timeZone: string;
}

/** One day of a schedule. */
export interface Slot {
  /** The day on the calendar of the time zone. With a delay the slot may come due on the day after; it is still this day's. */
  date: CalendarDate;
  /** In milliseconds since 1970. */
  dueAt: number;
}

const DAY = 86_400_000;

/** Tenants with the same time of day are spread over this many milliseconds after it. */
export const SPREAD_MS = 600_000;

/** By how much a tenant's runs come after their time of day, in milliseconds: whole seconds, below `SPREAD_MS`, always the same for one tenant. */
export function delayOf(tenantId: string): number {
  const number = createHash('sha256').update(tenantId).digest().readUInt32BE(0);
  return (number % (SPREAD_MS / 1000)) * 1000;
}

/** The latest slot that is due at an instant. Both are in milliseconds. */
export function currentSlot(daily: Daily, now: number, delay = 0): Slot {
  return first(daily, now, delay, [1, 0, -1, -2, -3], (dueAt) => dueAt <= now);
}

/** The first slot that comes due after an instant. */
export function nextSlot(daily: Daily, now: number, delay = 0): Slot {
  return first(daily, now, delay, [-2, -1, 0, 1, 2, 3], (dueAt) => dueAt > now);
}

/** Due instants rise with the date, so the first fitting one on the way is the nearest. */
function first(daily: Daily, now: number, delay: number, days: readonly number[], fits: (dueAt: number) => boolean): Slot {
  const today = Math.floor(wallClock(daily.timeZone, now) / DAY) * DAY;
  for (const day of days) {
    const midnight = today + day * DAY;
    const due = dueOn(daily, midnight);
    if (due !== null && fits(due + delay)) return { date: new Date(midnight).toISOString().slice(0, 10), dueAt: due + delay };
  }
  throw new Error(`No slot of ${daily.at} ${daily.timeZone} near ${new Date(now).toISOString()}.`);
}

/**
 * The one instant at which a date's time of day is due: the first at which the wall clock shows it or has gone past it. So a time that
 * comes twice in a night counts when it first comes, and one that never comes counts when the gap ends. Null for a date that the
 * zone leaves out altogether, as those that move across the date line do.
 * @param midnight the date's beginning on the wall clock, written as if it were UTC.
 */
function dueOn({ at, timeZone }: Daily, midnight: number): number | null {
  const [hours, minutes] = at.split(':').map(Number) as [number, number];
  const wanted = midnight + (hours * 60 + minutes) * 60_000;
  // A day to each side is further than any offset reaches, and no zone changes its clocks twice within two days.
  const before = offsetAt(timeZone, wanted - DAY);
  const after = offsetAt(timeZone, wanted + DAY);
  if (before === after) return wanted - before;
  const change = changeBetween(timeZone, wanted - DAY, wanted + DAY);
  // Before the change the clock had come as far as `change + before`; from it on it shows `change + after` and more.
  if (wanted < change + before) return wanted - before;
  if (change + before <= midnight && change + after >= midnight + DAY) return null;
  return Math.max(change, wanted - after);
}

/** The instant of the one change of clocks between two instants. */
function changeBetween(timeZone: string, from: number, to: number): number {
  const before = offsetAt(timeZone, from);
  let [still, changed] = [from, to];
  while (changed - still > 1) {
    const middle = Math.floor((still + changed) / 2);
    if (offsetAt(timeZone, middle) === before) still = middle;
    else changed = middle;
  }
  return changed;
}
