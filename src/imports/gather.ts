import type { Take } from '../domain/index.js';
import type { TakenPage } from './store/pages.js';

/** So many rows are handed on at once, or a few more: a statement for each page of fifty costs as much as one for ten pages. */
const ENOUGH = 500;

/** Takes rows of several pages, and which of these pages may be known by their names. */
export type TakeLot<T> = (rows: T[], pages: TakenPage<T>[]) => Promise<void>;

/**
 * Walks a list whose pages may be small, and hands its rows on in larger lots, one lot at a time and in their order, while the next pages
 * are on their way. Ends, and fails, once nothing is being taken any more.
 */
export async function gathering<T, R>(walk: (take: Take<T>) => Promise<R>, take: TakeLot<T>): Promise<R> {
  let rows: T[] = [];
  let pages: TakenPage<T>[] = [];
  let taking: Promise<void> = Promise.resolve();
  const handOn = async (): Promise<void> => {
    await taking;
    const lot = [rows, pages] as const;
    [rows, pages] = [[], []];
    taking = take(...lot);
    // Whoever hands on next, or the end, hears of it.
    taking.catch(() => undefined);
  };
  try {
    const seen = await walk(async (page, name) => {
      for (const row of page) rows.push(row);
      if (name !== undefined) pages.push({ name, rows: page });
      if (rows.length >= ENOUGH) await handOn();
    });
    if (rows.length > 0) await handOn();
    await taking;
    return seen;
  } finally {
    await taking.catch(() => undefined);
  }
}
