import type { Take } from '../domain/index.js';

/** So many rows are handed on at once, or a few more: a statement for each page of fifty costs as much as one for ten pages. */
const ENOUGH = 500;

/**
 * Walks a list whose pages may be small, and hands its rows on in larger lots, one lot at a time and in their order, while the next pages
 * are on their way. Ends, and fails, once nothing is being taken any more.
 */
export async function gathering<T, R>(walk: (take: Take<T>) => Promise<R>, take: Take<T>): Promise<R> {
  let rows: T[] = [];
  let taking: Promise<void> = Promise.resolve();
  const handOn = async (): Promise<void> => {
    await taking;
    const lot = rows;
    rows = [];
    taking = take(lot);
    // Whoever hands on next, or the end, hears of it.
    taking.catch(() => undefined);
  };
  try {
    const seen = await walk(async (page) => {
      for (const row of page) rows.push(row);
      if (rows.length >= ENOUGH) await handOn();
    });
    if (rows.length > 0) await handOn();
    await taking;
    return seen;
  } finally {
    await taking.catch(() => undefined);
  }
}
