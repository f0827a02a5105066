import { IsInt } from 'class-validator';
import { Described, IntegerParameter } from './dto.js';
import { MayBeAbsent } from './fields.js';
import type { Class } from './validation.js';

/** The part of a list that is wanted; for lists, extend it with the filters. */
export class PageQuery {
  @MayBeAbsent() @IntegerParameter({ min: 0, max: 1_000_000_000 }) @Described({ default: 0 }) offset: number = 0;
  @MayBeAbsent() @IntegerParameter({ min: 1, max: 500 }) @Described({ default: 100 }) limit: number = 100;
}

export class Pagination {
  @IsInt() offset: number;
  @IsInt() limit: number;
  @IsInt() total: number;
}

/** A part of a list, as it is answered. */
export interface Page<T> {
  data: T[];
  pagination: Pagination;
}

/** Puts rows and their total (of the whole list) into the form that lists are answered in. */
export function page<T>(data: T[], total: number, query: PageQuery): Page<T> {
  return { data, pagination: { offset: query.offset, limit: query.limit, total } };
}

/** For `response` of a route that answers a list. */
export interface ListOf {
  listOf: Class<object>;
}

export function listOf(item: Class<object>): ListOf {
  return { listOf: item };
}
