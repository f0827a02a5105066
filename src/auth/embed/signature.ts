import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether a custom tab's `$HMAC` is that of a text (Halo signs the agent's id alone), under the tab's secret: base64 of HMAC-SHA256.
 * Not escaped by Halo, a plus may arrive as a space; the form for addresses and missing padding are taken too. How long it takes says
 * nothing of how much was right. Source: two integrations that run in production.
 */
export function signatureHolds(secret: string, text: string, given: string): boolean {
  const expected = createHmac('sha256', secret).update(text).digest();
  const read = digestOf(given);
  // Compared in any case, so that a malformed one takes as long.
  return timingSafeEqual(expected, read ?? Buffer.alloc(expected.length)) && read !== undefined;
}

/** The 32 bytes of a digest in base64. */
function digestOf(given: string): Buffer | undefined {
  const base64 = given.replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/').replace(/=$/, '');
  return /^[A-Za-z0-9+/]{43}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}
