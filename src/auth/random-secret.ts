import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as 43 characters that need no escaping anywhere. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a random secret: its SHA-256 as lower-case hex. With 256 random bits in it, nothing slower is needed. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
