import { randomBytes } from 'node:crypto';
import type { Clock } from '../contract.js';

/** Tokens that live by the sandbox's clock. */
export class Tokens {
  readonly #expiry = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new token: one opaque segment that happens to wrap a session, as the published sample does. */
  issue(username: string, lifeSeconds: number): string {
    const session = { principal: username, bwId: '2', jSessionCookie: randomBytes(120).toString('hex'), alg: 'none' };
    const token = Buffer.from(JSON.stringify(session)).toString('base64url');
    for (const [old, expiry] of this.#expiry) if (expiry <= this.#clock.now()) this.#expiry.delete(old);
    this.#expiry.set(token, this.#clock.now() + lifeSeconds * 1000);
    return token;
  }

  isValid(token: string): boolean {
    const expiry = this.#expiry.get(token);
    return expiry !== undefined && expiry > this.#clock.now();
  }

  /** Ends every token at once, before its time. */
  clear(): void {
    this.#expiry.clear();
  }
}
