const LONGEST_MS = 120_000;
const ABSURD_MS = 24 * 3_600_000;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds: whole or broken seconds, or an HTTP date.
 * Never more than two minutes. Undefined for an absent, unreadable, past or absurd (over a day) one.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : httpDate(text) - now;
  if (!Number.isFinite(ms) || ms < 0 || ms > ABSURD_MS) return undefined;
  return Math.min(Math.ceil(ms), LONGEST_MS);
}

/** Date.parse alone would take "-5" for a year. */
function httpDate(text: string): number {
  return /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
}
