import { describe, expect, it } from '@jest/globals';
import type { Order, Subscription } from '../../src/domain/index.js';
import { readDetails } from '../../src/imports/look-details.js';
import { lookAtOrders } from '../../src/imports/look-orders.js';
import { worthReading, type Readable } from '../../src/imports/what-to-read.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('The choice of details', () => {
  const NOW = Date.parse('2026-11-20T12:00:00Z');
  const row = (at: number): Subscription => ({ subscriptionId: String(at), customerId: String(at % 100), status: 'active' });
  const rows = (count: number): Subscription[] => Array.from({ length: count }, (_, at) => row(at));
  const readable = (count: number, age: (at: number) => number, read = count): (Readable & Subscription)[] =>
    rows(count).map((one, at) => ({ ...one, id: one.subscriptionId, readAt: at < read ? NOW - age(at) : null, sign: false }));
  const choose = (count: number, age: (at: number) => number, withinDays: number, callsAnHour = 7200): Subscription[] =>
    worthReading(readable(count, age), { now: NOW, callsAnHour, withinDays });

  it('takes all old ones as long as that is no more than an hour of calls', () => {
    expect(choose(7200, () => 2 * DAY, 7).length).toBe(7200);
  });

  it('takes a day’s part of what is too much for an hour, the oldest first', () => {
    const chosen = choose(20_000, (at) => DAY + at * 1000, 7);
    expect(chosen.length).toBe(Math.ceil(20_000 / 7));
    expect(chosen[0]!.subscriptionId).toBe('19999');
    expect(Number(chosen.at(-1)!.subscriptionId)).toBe(20_000 - chosen.length);
    expect(choose(70_000, () => 2 * DAY, 7).length).toBe(10_000);
    expect(choose(7201, () => DAY, 2).length).toBe(3601);
  });

  it('takes what is left of a day’s part after the imports before it on that day', () => {
    expect(choose(20_000, (at) => (at < 2000 ? HOUR : 2 * DAY), 7).length).toBe(Math.ceil(20_000 / 7) - 2000);
    expect(choose(20_000, (at) => (at < 2858 ? HOUR : 2 * DAY), 7)).toEqual([]);
  });

  it('takes what nothing was heard of for as many days as there may be, however many they are', () => {
    expect(choose(20_000, () => 7 * DAY, 7).length).toBe(20_000);
    expect(choose(20_000, () => 2 * DAY, 2).length).toBe(20_000);
  });

  it('counts the ones with a sign of change first', () => {
    const chosen = worthReading(
      readable(9000, (at) => (at < 8000 ? 2 * DAY : 0), 8500),
      { now: NOW, callsAnHour: 7200, withinDays: 7 },
    );
    expect(chosen.slice(0, 500).map((one) => Number(one.subscriptionId))).toEqual(Array.from({ length: 500 }, (_, at) => 8500 + at));
    // 8,000 old ones do not fit into an hour beside them; 500 others were read today.
    expect(chosen.length).toBe(500 + Math.ceil(9000 / 7) - 500);
  });

  it('looks at orders back to a little before the last one it saw, and never beyond now', async () => {
    const order = (orderId: string, createdAt: string | undefined, status = 'completed', customerId = '1'): Order => ({
      orderId,
      customerId,
      status,
      type: 'change',
      ...(createdAt === undefined ? {} : { createdAt }),
    });
    const list: Order[] = [
      order('9', '2027-01-01T00:00:00.000Z', 'completed', '9'),
      order('8', undefined, 'processing', '8'),
      order('7', undefined, 'completed', '7'),
      order('5', '2026-11-20T11:55:00.000Z', 'completed', '5'),
      order('4', '2026-11-20T10:00:00.000Z', 'completed', '4'),
      order('3', '2026-11-01T00:00:00.000Z', 'completed', '3'),
    ];
    let read = 0;
    const orders = async function* (): AsyncGenerator<Order> {
      for (const one of list) {
        read += 1;
        yield one;
      }
    };
    const news = await lookAtOrders(
      { orders, order: () => Promise.resolve(null) },
      '2026-11-20T11:58:00.000Z',
      new Map([
        ['2', '2'],
        ['7', '7'],
      ]),
      NOW,
      () => Promise.resolve(),
    );
    // Beyond what is known already, only as long as one remembered as open may stand on the same page.
    expect(read).toBe(6);
    // The one of the future counts as of now; an undated one that is final says nothing unless it was open; a remembered one that is gone is over.
    expect(news.readUntil).toBe('2026-11-20T12:00:00.000Z');
    expect([...news.touched.keys()].toSorted()).toEqual(['2', '5', '7', '9']);
    expect(news.open).toEqual([{ orderId: '8', customerId: '8' }]);
  });

  it('reads several at once, keeps what was read in batches, and ends at the first error with what was under way', async () => {
    const stored: number[] = [];
    let under = 0;
    let most = 0;
    let asked = 0;
    const reading = readDetails(
      {
        async subscription(id) {
          asked += 1;
          under += 1;
          most = Math.max(most, under);
          await new Promise((resolve) => setImmediate(resolve));
          under -= 1;
          if (id === '60') throw new Error('no more');
          return { subscriptionId: id, customerId: '1', status: 'active', lines: [] };
        },
      },
      rows(200).map(({ subscriptionId }) => subscriptionId),
      () => NOW,
      { store: async (batch) => void stored.push(batch.length), done: () => Promise.resolve() },
    );
    await expect(reading).rejects.toThrow('no more');
    expect(most).toBe(10);
    expect(asked).toBeLessThan(75);
    expect(stored.reduce((sum, count) => sum + count, 0)).toBe(asked - 1);
    expect(stored.length).toBeLessThan(6);
  });
});
