import { PlatformError } from './errors.js';

/** A query string as parsed: a name that was given twice has an array. */
export type Query = Record<string, string | string[] | undefined>;

const SUBSCRIPTION_STATUSES = ['pending', 'active', 'hold', 'terminated', 'removed', 'unknown'];
const ORDER_STATUSES = ['submitted', 'processing', 'error', 'completed', 'cancelled'];

/** One value, or undefined when absent or empty. */
export function one(query: Query, name: string): string | undefined {
  const value = query[name];
  const text = Array.isArray(value) ? value.join(',') : value;
  return text === '' ? undefined : text;
}

/** A whole number that is at least `least`. */
export function whole(query: Query, name: string, fallback: number, least: number): number {
  const text = one(query, name);
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text) || Number(text) < least) throw new PlatformError(400, `Invalid value for parameter '${name}': ${text}`);
  return Number(text);
}

function status(query: Query, known: readonly string[]): string | undefined {
  const value = one(query, 'status');
  if (value !== undefined && !known.includes(value)) throw new PlatformError(400, `Invalid value for parameter 'status': ${value}`);
  return value;
}

/** A status of subscriptions: exactly one; a list of them is refused, as seen live. */
export const subscriptionStatus = (query: Query): string | undefined => status(query, SUBSCRIPTION_STATUSES);

export const orderStatus = (query: Query): string | undefined => status(query, ORDER_STATUSES);

/** A predicate for dates between two bounds, both included; rows without a date are never in. Undefined when no bound is set. */
export function between(query: Query, from: string, to: string): ((value: string | undefined) => boolean) | undefined {
  const first = date(query, from);
  const last = date(query, to);
  if (first === undefined && last === undefined) return undefined;
  return (value) => (first === undefined || (value ?? '') >= first) && (last === undefined || (value !== undefined && value <= last));
}

function date(query: Query, name: string): string | undefined {
  const text = one(query, name);
  if (text === undefined) return undefined;
  if (Number.isNaN(Date.parse(text))) throw new PlatformError(400, `Invalid value for parameter '${name}': ${text}`);
  return text;
}
