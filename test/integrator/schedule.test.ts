import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currentSlot, delayOf, nextSlot, SPREAD_MS, type Daily } from '../../src/integrator/schedule.js';
import { dueByScanning, hasDate, wallOf } from './calendar-by-scanning.js';

const at = (text: string): number => Date.parse(text);
const shown = ({ date, dueAt }: { date: string; dueAt: number }): string => `${date} ${new Date(dueAt).toISOString()}`;

/** Due instants of a date, asked for from before it and from after it. */
function due(daily: Daily, date: string): string {
  let slot = nextSlot(daily, at(`${date}T00:00Z`) - 3 * DAY);
  while (slot.date < date) slot = nextSlot(daily, slot.dueAt);
  return slot.date === date ? new Date(slot.dueAt).toISOString() : 'never';
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the slots of a day', () => {
  it.each([
    ['Europe/Berlin', '02:30', '2026-06-01', '2026-06-01T00:30:00.000Z'],
    ['Europe/Berlin', '02:30', '2026-01-15', '2026-01-15T01:30:00.000Z'],
    // The clock goes from 02:00 to 03:00: the gap ends at 01:00 UTC.
    ['Europe/Berlin', '02:30', '2026-03-29', '2026-03-29T01:00:00.000Z'],
    // It goes from 03:00 back to 02:00: 02:30 comes at 00:30 and at 01:30 UTC.
    ['Europe/Berlin', '02:30', '2026-10-25', '2026-10-25T00:30:00.000Z'],
    ['Europe/Berlin', '03:00', '2026-10-25', '2026-10-25T02:00:00.000Z'],
    ['Europe/Berlin', '03:00', '2026-03-29', '2026-03-29T01:00:00.000Z'],
    ['America/New_York', '02:30', '2026-03-08', '2026-03-08T07:00:00.000Z'],
    ['America/New_York', '01:30', '2026-11-01', '2026-11-01T05:30:00.000Z'],
    // By half an hour: from 02:00 to 02:30, and back.
    ['Australia/Lord_Howe', '02:15', '2026-10-04', '2026-10-03T15:30:00.000Z'],
    ['Australia/Lord_Howe', '01:45', '2026-04-05', '2026-04-04T14:45:00.000Z'],
    // By two hours.
    ['Antarctica/Troll', '02:30', '2026-03-29', '2026-03-29T01:00:00.000Z'],
    // The gap holds midnight, or the last hour of the day.
    ['America/Sao_Paulo', '00:00', '2018-11-04', '2018-11-04T03:00:00.000Z'],
    ['America/Nuuk', '23:30', '2025-03-29', '2025-03-30T01:00:00.000Z'],
    // One minute after midnight, back to the day before: both dates are there twice.
    ['America/Goose_Bay', '00:00', '2010-11-07', '2010-11-07T03:00:00.000Z'],
    ['America/Goose_Bay', '23:30', '2010-11-06', '2010-11-07T02:30:00.000Z'],
    // Across the date line: a date that never was.
    ['Pacific/Apia', '02:30', '2011-12-30', 'never'],
    ['Pacific/Apia', '00:00', '2011-12-31', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Kiritimati', '23:59', '1995-01-01', '1995-01-01T09:59:00.000Z'],
    ['Pacific/Kiritimati', '02:30', '1994-12-31', 'never'],
    ['+05:45', '02:00', '2026-01-01', '2025-12-31T20:15:00.000Z'],
  ])('%s %s on %s is %s', (timeZone, time, date, expected) => {
    expect(due({ at: time, timeZone }, date)).toBe(expected);
  });

  it('should have one for each date the zone has, whatever the clocks do in a year', () => {
    for (const [timeZone, year] of [
      ['Europe/Berlin', 2026],
      ['America/New_York', 2026],
      ['Australia/Lord_Howe', 2026],
      ['Africa/Casablanca', 2026],
      ['America/Nuuk', 2025],
      ['America/Goose_Bay', 2010],
      ['Pacific/Apia', 2011],
      ['Pacific/Kiritimati', 1994],
      ['Pacific/Kwajalein', 1993],
      ['Pacific/Chatham', 2026],
    ] as const) {
      for (const time of ['00:00', '02:30', '23:45']) {
        const dates: string[] = [];
        let slot = nextSlot({ at: time, timeZone }, Date.UTC(year, 0, 1) - 3 * DAY);
        for (; slot.date < `${year + 1}`; slot = nextSlot({ at: time, timeZone }, slot.dueAt)) dates.push(slot.date);
        const expected = Array.from({ length: 366 }, (_, day) => new Date(Date.UTC(year, 0, 1) + day * DAY).toISOString().slice(0, 10));
        const there = expected.filter((date) => date.startsWith(`${year}`) && hasDate(timeZone, date));
        expect([timeZone, time, dates.filter((date) => date.startsWith(`${year}`))]).toEqual([timeZone, time, there]);
      }
    }
  });
});

const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const delay = fc.oneof(fc.constant(0), fc.uuid().map(delayOf));
const LATEST = Date.UTC(2099, 11, 31);
const EARLIEST = Date.UTC(1973, 0, 1);

/** The zone's next change of clocks after an instant, to within a day, if it comes within a year. */
function nextChange(timeZone: string, from: number): number | undefined {
  const offset = (instant: number): number => at(`${wallOf(timeZone, instant).replace(' ', 'T')}Z`) - instant;
  const minute = Math.floor(from / 60_000) * 60_000;
  for (let day = 0; day < 366; day += 1) if (offset(minute + day * DAY) !== offset(minute + (day + 1) * DAY)) return minute + day * DAY;
  return undefined;
}

/** A zone and an instant, of which many are near a change of clocks. */
const moment = fc
  .tuple(zone, fc.integer({ min: EARLIEST, max: LATEST }), fc.boolean(), fc.integer({ min: -2 * DAY, max: 3 * DAY }))
  .map(([timeZone, instant, near, shift]) => {
    const change = near ? nextChange(timeZone, instant) : undefined;
    return { timeZone, now: change === undefined ? instant : change + shift };
  });

describe('for any zone, time of day, delay and instant', () => {
  it('should be due at or before now, the next after now and on a later date', () => {
    fc.assert(
      fc.property(moment, time, delay, ({ timeZone, now }, at, wait) => {
        const [current, next] = [currentSlot({ at, timeZone }, now, wait), nextSlot({ at, timeZone }, now, wait)];
        expect(current.dueAt).toBeLessThanOrEqual(now);
        expect(next.dueAt).toBeGreaterThan(now);
        expect(next.date > current.date).toBe(true);
        expect(next.dueAt - current.dueAt).toBeLessThanOrEqual(2 * DAY + 2 * HOUR);
      }),
      { numRuns: 400 },
    );
  });

  it('should be the same slot from its due instant until the next is due', () => {
    fc.assert(
      fc.property(moment, time, delay, ({ timeZone, now }, at, wait) => {
        const daily = { at, timeZone };
        const [current, next] = [currentSlot(daily, now, wait), nextSlot(daily, now, wait)];
        expect(shown(currentSlot(daily, current.dueAt, wait))).toBe(shown(current));
        expect(shown(currentSlot(daily, next.dueAt - 1, wait))).toBe(shown(current));
        expect(shown(currentSlot(daily, next.dueAt, wait))).toBe(shown(next));
        expect(shown(nextSlot(daily, current.dueAt, wait))).toBe(shown(next));
        expect(shown(nextSlot(daily, current.dueAt - 1, wait))).toBe(shown(current));
      }),
      { numRuns: 400 },
    );
  });

  it('should be due when the wall clock first shows the time, or first shows a later one', () => {
    fc.assert(
      fc.property(moment, time, ({ timeZone, now }, at) => {
        const { date, dueAt } = currentSlot({ at, timeZone }, now);
        expect(new Date(dueAt).toISOString()).toBe(new Date(dueByScanning(timeZone, date, at)).toISOString());
        expect(hasDate(timeZone, date)).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  it('should come later by the delay alone', () => {
    fc.assert(
      fc.property(moment, time, fc.uuid(), ({ timeZone, now }, at, tenantId) => {
        const wait = delayOf(tenantId);
        const { date, dueAt } = nextSlot({ at, timeZone }, now, wait);
        expect(shown(nextSlot({ at, timeZone }, dueAt - wait - 1))).toBe(shown({ date, dueAt: dueAt - wait }));
        expect(wait).toBe(delayOf(tenantId));
        expect(wait >= 0 && wait < SPREAD_MS && wait % 1000 === 0).toBe(true);
      }),
    );
  });

  it('should spread tenants over the whole ten minutes', () => {
    const minutes = fc.sample(fc.uuid(), 500).map((id) => Math.floor(delayOf(id) / 60_000));
    expect(new Set(minutes).size).toBe(10);
  });
});
