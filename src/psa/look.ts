import { namedPage, type KnownPages, type Malformed, type NamedPage, type Take, type Walk } from '../domain/index.js';
import { UpstreamError, type HttpAnswer } from '../egress/index.js';
import { badAnswer } from './answer.js';
import type { Calls } from './calls.js';
import * as read from './read.js';
import type { WireRecord } from './wire.js';

/** Rows asked for at once; Halo lowers it silently where it likes, so it says nothing about the last page. */
const PAGE_SIZE = 500;
/** Pages that are read while one is taken, at most: more would wait for each other, and for what else goes to Halo. */
const AHEAD = 8;
/** So many of them are asked for at once: their turns in the budget cost as much as that of one. */
const TOGETHER = 4;
/** The number of an envelope that says how many records the list holds. */
const TOTAL = 'record_count';
/** No list is that long: a server that makes up rows for ever must not hold us for ever. */
const MOST_PAGES = 10_000;

/** A list of Halo and how its rows are read. */
export interface ListSource<T> {
  path: string;
  /** Name of the array in the envelope. */
  key: string;
  query: Record<string, string | number | boolean | undefined>;
  translate(row: WireRecord): T | { reason: string };
  /** Whether a row is of what was asked for. */
  belongs?(record: T): boolean;
  /** Pages that are known. */
  known?: KnownPages | undefined;
}

interface Seen {
  rows: Set<string>;
  /** By id, or by content where a row has none, what is no row. */
  others: Map<string, Malformed | 'dropped'>;
  complete: boolean;
}

/** Lists that refused `order`. */
export type Unordered = Set<string>;

/**
 * Everything a list holds, handed on page by page while the next page is on its way. Complete when the distinct rows reach the largest
 * `record_count` seen; a walk that ends short of it (rows moved between pages, a page brought nothing new) is made once more, and what
 * both saw is returned as incomplete if that ends short too.
 */
export async function eachRow<T>(calls: Calls, source: ListSource<T>, unordered: Unordered, take: Take<T>): Promise<Walk> {
  const first = await walk(calls, source, unordered, take);
  if (first.complete) return walkOf(first);
  // What the first one stored may not stand as it was known to any more.
  const second = await walk(calls, { ...source, known: onlyNaming(source.known) }, unordered, take);
  if (second.complete) return walkOf(second);
  const others = new Map([...first.others, ...second.others]);
  for (const id of second.rows) others.delete(id);
  const rows = new Set([...first.rows].filter((id) => !second.others.has(id)));
  for (const id of second.rows) rows.add(id);
  return walkOf({ rows, others, complete: false });
}

async function walk<T>(calls: Calls, source: ListSource<T>, unordered: Unordered, take: Take<T>): Promise<Seen> {
  const seen: Seen = { rows: new Set(), others: new Map(), complete: false };
  const size = (): number => seen.rows.size + seen.others.size;
  /** Pages that are under way, in their order; the last of them is number `asked`. */
  const underWay: Promise<Shown>[] = [];
  let asked = 0;
  const askUpTo = (page: number): void => {
    for (let next = asked + 1; next <= page; next += 1) {
      const shown = readPage(calls, source, next, unordered);
      // Should the walk end before it, nobody waits for the page any more.
      shown.catch(() => undefined);
      underWay.push(shown);
    }
    asked = Math.max(asked, page);
  };
  let largest = 0;
  let perPage = 0;
  askUpTo(1);
  for (let page = 1; underWay.length > 0; page += 1) {
    const { named, page: read } = await underWay.shift()!;
    const before = size();
    let came: number;
    let handOn = (): Promise<void> => Promise.resolve();
    if (named?.ids?.every((id) => !seen.rows.has(id) && !seen.others.has(id))) {
      for (const id of named.ids) seen.rows.add(id);
      came = named.ids.length;
      largest = Math.max(largest, named.total);
      handOn = () => take([], named.name);
    } else {
      const { rows, count } = read();
      came = rows.length;
      largest = Math.max(largest, count ?? 0);
      const taken = rows.flatMap((row) => noted(seen, row, source));
      const whole = taken.length === rows.length && count === named?.total;
      if (taken.length > 0) handOn = () => take(taken, whole ? named?.name : undefined);
    }
    if (page === 1) perPage = came;
    const over = came === 0 || (largest > 0 && size() >= largest);
    if (over) seen.complete = size() >= largest;
    const last = over || size() === before || page >= MOST_PAGES;
    // The next one in any case; more of them as far as the list says that there are more.
    const wanted = Math.max(page + 1, Math.min(page + AHEAD, Math.ceil(largest / perPage)));
    if (!last && (underWay.length === 0 || wanted - asked >= TOGETHER || wanted < page + AHEAD)) askUpTo(wanted);
    await handOn();
    if (last) break;
  }
  return seen;
}

async function readPage<T>(calls: Calls, source: ListSource<T>, page: number, unordered: Unordered): Promise<Shown> {
  const take = (answer: HttpAnswer): Shown => {
    const named = namedPage(source.known, answer.text, TOTAL);
    const read = (): Page => pageOf(answer, source.key, `reading ${source.path}`);
    if (named?.ids) return { named, page: read };
    const rows = read();
    return { named, page: () => rows };
  };
  const query = { ...source.query, pageinate: true, page_size: PAGE_SIZE, page_no: page };
  if (unordered.has(source.path)) return calls.read(source.path, query, take);
  try {
    return await calls.read(source.path, { ...query, order: 'id' }, take);
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 400) throw error;
    const rows = await calls.read(source.path, query, take);
    unordered.add(source.path);
    return rows;
  }
}

/** A page as it came: read, unless it is known. */
interface Shown {
  named: NamedPage | undefined;
  page: () => Page;
}

interface Page {
  rows: unknown[];
  count?: number;
}

/** The rows of an answer, in an envelope or bare. Throws a bad_answer for anything else. */
export function pageOf(answer: HttpAnswer, key: string, doing: string): Page {
  const { json } = answer;
  if (Array.isArray(json)) return { rows: json };
  if (!read.isRecord(json)) throw badAnswer(answer, doing);
  const count = read.integer(json['record_count']);
  const rows = json[key] ?? Object.entries(json).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
  if (Array.isArray(rows)) return { rows, count };
  // Only a list that says itself that it is empty may come without its rows.
  if ((rows === null || rows === undefined) && count === 0) return { rows: [], count };
  throw badAnswer(answer, doing);
}

/** Notes what a row was. Answers it if it is one. */
function noted<T>(seen: Seen, row: unknown, source: ListSource<T>): T[] {
  const id = read.isRecord(row) ? read.id(row['id']) : undefined;
  const key = id ?? `content ${JSON.stringify(row)}`;
  const record = read.isRecord(row) ? source.translate(row) : { reason: 'The row is not a record.' };
  const foreign = !isReason(record) && source.belongs?.(record) === false;
  if (isReason(record) || foreign) {
    seen.rows.delete(key);
    seen.others.set(key, isReason(record) ? (id === undefined ? record : { id, ...record }) : 'dropped');
    return [];
  }
  seen.others.delete(key);
  seen.rows.add(key);
  return [record];
}

function isReason(record: unknown): record is { reason: string } {
  return typeof record === 'object' && record !== null && 'reason' in record;
}

function walkOf({ rows, others, complete }: Seen): Walk {
  const malformed = [...others.values()].filter((other) => other !== 'dropped');
  return { ids: rows, complete, malformed, dropped: others.size - malformed.length };
}

function onlyNaming(known: KnownPages | undefined): KnownPages | undefined {
  return known && { nameOf: (before, after) => known.nameOf(before, after), idsOf: () => undefined };
}
