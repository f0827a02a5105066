import type { Look, Malformed } from '../domain/index.js';
import { UpstreamError, type HttpAnswer } from '../egress/index.js';
import { badAnswer } from './answer.js';
import type { Calls } from './calls.js';
import * as read from './read.js';
import type { WireRecord } from './wire.js';

/** Rows asked for at once; Halo lowers it silently where it likes, so it says nothing about the last page. */
const PAGE_SIZE = 500;
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
}

interface Walk<T> {
  /** By id, or by content where a row has none. */
  seen: Map<string, { record: T } | { malformed: Malformed } | 'dropped'>;
  complete: boolean;
}

/** Lists that refused `order`. */
export type Unordered = Set<string>;

/**
 * Everything a list holds. Complete when the distinct rows reach the largest `record_count` seen; a walk that ends short of it (rows
 * moved between pages, a page brought nothing new) is made once more, and what both saw is returned as incomplete if that ends short too.
 */
export async function wholeList<T>(calls: Calls, source: ListSource<T>, unordered: Unordered): Promise<Look<T>> {
  const first = await walk(calls, source, unordered);
  if (first.complete) return asLook(first);
  const second = await walk(calls, source, unordered);
  return asLook(second.complete ? second : { seen: new Map([...first.seen, ...second.seen]), complete: false });
}

async function walk<T>(calls: Calls, source: ListSource<T>, unordered: Unordered): Promise<Walk<T>> {
  const seen: Walk<T>['seen'] = new Map();
  let largest = 0;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { rows, count } = await readPage(calls, source, page, unordered);
    largest = Math.max(largest, count ?? 0);
    const before = seen.size;
    for (const row of rows) seen.set(...sortedIn(row, source));
    if (rows.length === 0 || (largest > 0 && seen.size >= largest)) return { seen, complete: seen.size >= largest };
    if (seen.size === before) return { seen, complete: false };
  }
  return { seen, complete: false };
}

async function readPage<T>(calls: Calls, source: ListSource<T>, page: number, unordered: Unordered): Promise<Page> {
  const take = (answer: HttpAnswer): Page => pageOf(answer, source.key, `reading ${source.path}`);
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

function sortedIn<T>(row: unknown, source: ListSource<T>): [string, { record: T } | { malformed: Malformed } | 'dropped'] {
  if (!read.isRecord(row)) return [`content ${JSON.stringify(row)}`, { malformed: { reason: 'The row is not a record.' } }];
  const id = read.id(row['id']);
  const key = id ?? `content ${JSON.stringify(row)}`;
  const record = source.translate(row);
  if (isReason(record)) return [key, { malformed: id === undefined ? record : { id, ...record } }];
  return [key, source.belongs?.(record) === false ? 'dropped' : { record }];
}

function isReason(record: unknown): record is { reason: string } {
  return typeof record === 'object' && record !== null && 'reason' in record;
}

function asLook<T>({ seen, complete }: Walk<T>): Look<T> {
  const look: Look<T> = { rows: [], complete, malformed: [], dropped: 0 };
  for (const entry of seen.values()) {
    if (entry === 'dropped') look.dropped += 1;
    else if ('record' in entry) look.rows.push(entry.record);
    else look.malformed.push(entry.malformed);
  }
  return look;
}
