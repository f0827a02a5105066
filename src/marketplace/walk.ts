import type { Look, Malformed } from '../domain/index.js';
import type { Judged } from './wire.js';

/** One page of a list, as answered. */
export interface Page {
  rows: unknown[];
  /** How many rows the list says it has; undefined when it does not say. */
  total?: number;
}

/** Walks of one list before it is taken as it is. */
const WALKS = 3;

/** No list is this long: a list without a total that never ends is not walked for ever. */
const MOST_PAGES = 5000;

/**
 * Walks a list until it is proven whole: distinct ids equal a total that stayed the same from the first page to the last.
 * Offsets shift when rows come or go during a walk, so one that is not whole is walked again, up to three times; then the walk
 * that saw the most ids is returned with `complete: false`. Of rows with the same id the later one counts.
 */
export async function walkList<T>(page: (offset: number) => Promise<Page>, judge: (row: unknown) => Judged<T>): Promise<Look<T>> {
  let best: Walk<T> | undefined;
  for (let walk = 0; walk < WALKS; walk += 1) {
    const seen = await walkOnce(page, judge);
    if (seen.complete) return lookOf(seen);
    if (!best || seen.byId.size > best.byId.size) best = seen;
    // Without a total no further walk can prove anything.
    if (!seen.counted) break;
  }
  return lookOf(best);
}

interface Walk<T> {
  byId: Map<string, Judged<T>>;
  withoutId: Malformed[];
  /** Whether every page said a total. */
  counted: boolean;
  complete: boolean;
}

async function walkOnce<T>(page: (offset: number) => Promise<Page>, judge: (row: unknown) => Judged<T>): Promise<Walk<T>> {
  const byId = new Map<string, Judged<T>>();
  const withoutId: Malformed[] = [];
  const totals = new Set<number | undefined>();
  let offset = 0;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const { rows, total } = await page(offset);
    totals.add(total);
    const before = byId.size + withoutId.length;
    for (const row of rows) {
      const judged = judge(row);
      if (judged.kind === 'malformed' && judged.id === undefined) withoutId.push({ reason: judged.reason });
      else if (judged.id !== undefined) byId.set(judged.id, judged);
    }
    // By what came, not by what was asked for: page sizes are lowered silently.
    offset += rows.length;
    const nothingNew = byId.size + withoutId.length === before;
    if (rows.length === 0 || nothingNew || (total !== undefined && offset >= total)) break;
  }
  const [total] = totals;
  const counted = !totals.has(undefined);
  return { byId, withoutId, counted, complete: counted && totals.size === 1 && byId.size === total };
}

function lookOf<T>(walk: Walk<T> | undefined): Look<T> {
  const look: Look<T> = { rows: [], complete: walk?.complete ?? false, malformed: [...(walk?.withoutId ?? [])], dropped: 0 };
  for (const judged of walk?.byId.values() ?? []) {
    if (judged.kind === 'row') look.rows.push(judged.row);
    else if (judged.kind === 'foreign') look.dropped += 1;
    else look.malformed.push({ id: judged.id, reason: judged.reason });
  }
  return look;
}
