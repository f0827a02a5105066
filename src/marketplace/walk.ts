import type { Malformed, NamedPage, Take, Walk } from '../domain/index.js';
import type { Judged } from './wire.js';

/** One page of a list, as it came: read, unless it is known. */
export interface Shown {
  named: NamedPage | undefined;
  page: () => Page;
}

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
 *
 * Rows are handed on page by page, while the next page is on its way.
 */
export async function walkList<T>(
  page: (offset: number) => Promise<Shown>,
  judge: (row: unknown) => Judged<T>,
  take: Take<T>,
): Promise<Walk> {
  let best: Seen | undefined;
  for (let walk = 0; walk < WALKS; walk += 1) {
    // What an earlier walk stored may not stand as it was known to any more.
    const seen = await walkOnce(page, judge, take, walk === 0);
    if (seen.complete) return walkOf(seen);
    if (!best || sizeOf(seen) > sizeOf(best)) best = seen;
    // Without a total no further walk can prove anything.
    if (!seen.counted) break;
  }
  return walkOf(best!);
}

interface Seen {
  rows: Set<string>;
  /** By id, what is no row. */
  others: Map<string, Malformed | 'foreign'>;
  withoutId: Malformed[];
  /** Whether every page said a total. */
  counted: boolean;
  complete: boolean;
}

function sizeOf({ rows, others }: Seen): number {
  return rows.size + others.size;
}

async function walkOnce<T>(
  page: (offset: number) => Promise<Shown>,
  judge: (row: unknown) => Judged<T>,
  take: Take<T>,
  mayKnow: boolean,
): Promise<Seen> {
  const seen: Seen = { rows: new Set(), others: new Map(), withoutId: [], counted: true, complete: false };
  const totals = new Set<number | undefined>();
  let offset = 0;
  let next: Promise<Shown> | undefined = page(0);
  for (let count = 1; next !== undefined; count += 1) {
    const one: Shown = await next;
    const named: NamedPage | undefined = one.named;
    const before = sizeOf(seen) + seen.withoutId.length;
    let came: number;
    let total: number | undefined;
    let handOn = (): Promise<void> => Promise.resolve();
    if (mayKnow && named?.ids?.every((id) => !seen.rows.has(id) && !seen.others.has(id))) {
      for (const id of named.ids) seen.rows.add(id);
      came = named.ids.length;
      total = named.total;
      handOn = () => take([], named.name);
    } else {
      const { rows, total: said } = one.page();
      came = rows.length;
      total = said;
      const taken = rows.flatMap((row) => noted(seen, judge(row)));
      const whole = taken.length === came && total === named?.total;
      if (taken.length > 0) handOn = () => take(taken, whole ? named?.name : undefined);
    }
    totals.add(total);
    // By what came, not by what was asked for: page sizes are lowered silently.
    offset += came;
    const nothingNew = sizeOf(seen) + seen.withoutId.length === before;
    const last = came === 0 || nothingNew || (total !== undefined && offset >= total) || count >= MOST_PAGES;
    next = last ? undefined : page(offset);
    // Should the taking fail, nobody waits for the page any more.
    next?.catch(() => undefined);
    await handOn();
  }
  const [total] = totals;
  seen.counted = !totals.has(undefined);
  seen.complete = seen.counted && totals.size === 1 && sizeOf(seen) === total;
  return seen;
}

/** Notes what a row was. Answers it if it is one. */
function noted<T>(seen: Seen, judged: Judged<T>): T[] {
  if (judged.kind === 'row') {
    seen.others.delete(judged.id);
    seen.rows.add(judged.id);
    return [judged.row];
  }
  const { id } = judged;
  if (id !== undefined) {
    seen.rows.delete(id);
    seen.others.set(id, judged.kind === 'foreign' ? 'foreign' : { id, reason: judged.reason });
  } else if (judged.kind === 'malformed') seen.withoutId.push({ reason: judged.reason });
  return [];
}

function walkOf({ rows, others, withoutId, complete }: Seen): Walk {
  const malformed = [...others.values()].filter((other) => other !== 'foreign');
  return { ids: rows, complete, malformed: [...withoutId, ...malformed], dropped: others.size - malformed.length };
}
