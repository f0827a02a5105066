import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The user of Basic: the secret alone is the credential, but senders must have something to enter. */
const USER = 'isthmus';

/** The secrets that a request shows: as Basic, as Bearer, or in a header of its own. Usually one. */
export function shownSecrets(headers: IncomingHttpHeaders): string[] {
  const own = headers['x-isthmus-secret'];
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(headers.authorization?.trim() ?? '') ?? [];
  return [
    ...(typeof own === 'string' ? [own] : []),
    ...(scheme.toLowerCase() === 'bearer' ? [value] : []),
    ...(scheme.toLowerCase() === 'basic' ? ofBasic(value) : []),
  ];
}

/** Whether one of them is the secret. It takes as long whichever it is and wherever they differ. */
export function showsSecret(shown: readonly string[], secret: string): boolean {
  return shown.map((one) => same(one, secret)).includes(true);
}

function ofBasic(encoded: string): string[] {
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon >= 0 && same(decoded.slice(0, colon), USER) ? [decoded.slice(colon + 1)] : [];
}

/** Hashed first, because texts of unequal length cannot be compared in constant time. */
function same(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}
