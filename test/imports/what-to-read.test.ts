import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_OLD_MS, sameRow, worthReading, type Readable } from '../../src/imports/what-to-read.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-20T02:00:00Z');

const record = fc.record({
  age: fc.option(fc.integer({ min: 0, max: 20 * DAY }), { nil: undefined }),
  sign: fc.boolean(),
});
const world = fc
  .record({
    records: fc.array(record, { maxLength: 200 }),
    callsAnHour: fc.integer({ min: 0, max: 250 }),
    withinDays: fc.integer({ min: 1, max: 31 }),
    since: fc.option(
      fc.integer({ min: 0, max: 20 * DAY }).map((ago) => NOW - ago),
      { nil: undefined },
    ),
  })
  .map(({ records, ...limits }) => ({
    all: records.map(({ age, sign }, at): Readable => ({
      id: String(at),
      sign,
      readAt: age === undefined ? null : NOW - age,
    })),
    limits: { now: NOW, ...limits },
  }));

describe('Which records are worth a call', () => {
  it('those never read, with a sign, or read before everything was asked for: always', () => {
    fc.assert(
      fc.property(world, ({ all, limits }) => {
        const chosen = new Set(worthReading(all, limits));
        for (const one of all) {
          const must = one.readAt === null || one.sign || (limits.since !== undefined && one.readAt < limits.since);
          if (must && !chosen.has(one)) throw new Error(`${one.id} is left out`);
        }
      }),
    );
  });

  it('none twice, and none that was read today and shows no sign', () => {
    fc.assert(
      fc.property(world, ({ all, limits }) => {
        const chosen = worthReading(all, limits);
        expect(new Set(chosen).size).toBe(chosen.length);
        for (const one of chosen) {
          const calm = one.readAt !== null && !one.sign && (limits.since === undefined || one.readAt >= limits.since);
          if (calm && NOW - one.readAt! < DAY_OLD_MS) throw new Error(`${one.id} was read today`);
        }
      }),
    );
  });

  it('no more than an hour allows, or a day’s part, or what must not wait any longer', () => {
    fc.assert(
      fc.property(world, ({ all, limits }) => {
        const must = all.filter(
          ({ readAt, sign }) => readAt === null || sign || (limits.since !== undefined && readAt < limits.since),
        ).length;
        const overdue = all.filter(({ readAt }) => readAt !== null && NOW - readAt >= limits.withinDays * DAY).length;
        const share = Math.ceil(all.length / limits.withinDays);
        expect(worthReading(all, limits).length).toBeLessThanOrEqual(must + Math.max(limits.callsAnHour - must, share, overdue));
      }),
    );
  });

  it('never an older one less than a younger one', () => {
    fc.assert(
      fc.property(world, ({ all, limits }) => {
        const chosen = new Set(worthReading(all, limits));
        const calm = all.filter(({ readAt, sign }) => readAt !== null && !sign && (limits.since === undefined || readAt >= limits.since));
        const youngestRead = Math.max(...calm.filter((one) => chosen.has(one)).map(({ readAt }) => readAt!));
        for (const one of calm) if (!chosen.has(one) && one.readAt! < youngestRead) throw new Error(`${one.id} was passed over`);
      }),
    );
  });

  it('the same ones when those read today that show no sign are only counted', () => {
    fc.assert(
      fc.property(world, ({ all, limits }) => {
        const after = Math.max(limits.since ?? 0, NOW - DAY_OLD_MS);
        const named = all.filter(({ readAt, sign }) => readAt === null || sign || readAt <= after);
        expect(worthReading(named, { ...limits, restful: all.length - named.length })).toEqual(worthReading(all, limits));
      }),
    );
  });

  it('so that in imports every day, or every so many hours, nothing stays unread longer than it may', () => {
    const life = fc.record({
      count: fc.integer({ min: 1, max: 120 }),
      callsAnHour: fc.integer({ min: 0, max: 60 }),
      withinDays: fc.integer({ min: 1, max: 10 }),
      everyHours: fc.constantFrom(1, 6, 24),
      busy: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(life, ({ count, callsAnHour, withinDays, everyHours, busy }) => {
        const readAt = Array.from({ length: count }, () => NOW);
        let reads = 0;
        let longestMs = 0;
        for (let now = NOW + everyHours * HOUR; now < NOW + 20 * DAY; now += everyHours * HOUR) {
          const all = readAt.map((at, id): Readable => ({
            id: String(id),
            readAt: at,
            sign: id < busy && now % DAY === 0,
          }));
          for (const { id } of worthReading(all, { now, callsAnHour, withinDays })) {
            readAt[Number(id)] = now;
            reads += Number(id) < busy ? 0 : 1;
          }
          longestMs = Math.max(longestMs, now - Math.min(...readAt));
        }
        expect(longestMs).toBeLessThan((withinDays + 1) * DAY);
        // And no more often than that takes: each about once a day if an hour is enough for all, else once in so many days.
        const perDay = Math.max(
          count <= callsAnHour ? count * (24 / 20) : 0,
          Math.max(callsAnHour, Math.ceil(count / withinDays)) * (24 / 20),
        );
        expect(reads / 20).toBeLessThanOrEqual(perDay * 1.5 + count / withinDays);
      }),
    );
  });

  it('a seventh of 20,000 that show no sign, where an hour allows 7,200 calls', () => {
    const all = Array.from({ length: 20_000 }, (_, id): Readable => ({ id: String(id), readAt: NOW - DAY, sign: false }));
    expect(worthReading(all, { now: NOW, callsAnHour: 7200, withinDays: 7 }).length).toBe(Math.ceil(20_000 / 7));
  });

  it('whatever the order of a row’s fields', () => {
    expect(sameRow({ a: 1, b: { c: 2, d: [1, { e: 1, f: 2 }] } }, { b: { d: [1, { f: 2, e: 1 }], c: 2 }, a: 1 })).toBe(true);
    expect(sameRow({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  });
});
