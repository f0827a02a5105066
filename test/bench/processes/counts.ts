import type { Call, Sandbox } from '../../../src/sandbox/index.js';

/** Calls that sandboxes answered, by what they were for. */
export interface Counts {
  marketplace: { token: number; pages: number; orderPages: number; orders: number; details: number; other: number; all: number };
  psa: { token: number; pages: number; reads: number; writes: number; all: number };
  /** Answered with 429. */
  refused: { marketplace: number; psa: number };
  /** While details were read: when, in milliseconds of the sandbox's clock, and how many calls the marketplace's throttle let pass. */
  reading: { from: number; to: number; passed: number };
}

export function noCalls(): Counts {
  return {
    marketplace: { token: 0, pages: 0, orderPages: 0, orders: 0, details: 0, other: 0, all: 0 },
    psa: { token: 0, pages: 0, reads: 0, writes: 0, all: 0 },
    refused: { marketplace: 0, psa: 0 },
    reading: { from: 0, to: 0, passed: 0 },
  };
}

/** Counts every call that a sandbox answers from now on. The sandbox's own log keeps the last ones alone. */
export function countCalls({ kernel }: Sandbox, counts: () => Counts): void {
  const watch = { answered: (call: Call) => count(call, counts(), kernel.clock.now()) };
  kernel.watch = watch;
}

function count(call: Call, counts: Counts, now: number): void {
  const { method, path, status, vendor } = call;
  counts[vendor].all += 1;
  if (status === 429) counts.refused[vendor] += 1;
  if (vendor === 'psa') counts.psa[psaKind(method, path)] += 1;
  else marketplace(counts, path, status, now);
}

function psaKind(method: string, path: string): 'token' | 'pages' | 'reads' | 'writes' {
  if (/^\/auth\/token/i.test(path)) return 'token';
  if (method !== 'GET') return 'writes';
  return /^\/api\/\w+(\?|$)/.test(path) ? 'pages' : 'reads';
}

function marketplace(counts: Counts, path: string, status: number, now: number): void {
  const { reading } = counts;
  const detail = /^\/subscriptions\/[^/?]+$/.test(path);
  if (detail) {
    reading.from ||= now;
    reading.to = now;
  }
  if (reading.from > 0 && status !== 429) reading.passed += 1;
  const [, kind, id] = /^\/(\w+)(\/[^?]+)?/.exec(path) ?? [];
  if (detail) counts.marketplace.details += 1;
  else if (kind === 'token') counts.marketplace.token += 1;
  else if (kind === 'orders') counts.marketplace[id === undefined ? 'orderPages' : 'orders'] += 1;
  else counts.marketplace[id === undefined ? 'pages' : 'other'] += 1;
}
