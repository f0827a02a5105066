import { normalizeIP } from '@fastify/rate-limit';
import type { DataSource } from 'typeorm';
import { type Limit, Throttle } from './throttle.js';

/** Failed sign-ins of one address: a network of people shares one. */
export const FAILURES_OF_ADDRESS: Limit = { tries: 20, minutes: 15 };

/** Failed sign-ins of one account, from everywhere. More than for an address, so that one stranger alone shuts nobody out. */
export const FAILURES_OF_ACCOUNT: Limit = { tries: 50, minutes: 15 };

/** Good sign-ins of one account: each asks Halo something. */
export const SIGN_INS_OF_ACCOUNT: Limit = { tries: 30, minutes: 5 };

/** Slows down guessing, for all processes together. A try counts as failed until it is found good, so that many at once gain nothing. */
export class SignInThrottle {
  private readonly throttle: Throttle;

  constructor(dataSource: DataSource) {
    this.throttle = new Throttle(dataSource);
  }

  /**
   * Counts a try from an address, and at an account if there is one.
   * @returns 0 if it may be made; else in how many seconds.
   */
  async count(address: string, account?: string): Promise<number> {
    const [ofAddress, ofAccount] = keys(address, account);
    const wait = await this.throttle.count(ofAddress, FAILURES_OF_ADDRESS);
    // A try that is refused for its address must not count against the account.
    return wait > 0 || ofAccount === undefined ? wait : this.throttle.count(ofAccount, FAILURES_OF_ACCOUNT);
  }

  /** The try that was counted was a good one. @returns 0, or in how many seconds this account may come in again. */
  async good(address: string, account?: string): Promise<number> {
    const [ofAddress, ofAccount] = keys(address, account);
    await this.throttle.takeBack(ofAddress);
    if (ofAccount === undefined) return 0;
    await this.throttle.takeBack(ofAccount);
    return this.throttle.count(`signed in ${account}`, SIGN_INS_OF_ACCOUNT);
  }
}

/** Whoever has one IPv6 address has 2^64 of them: their network counts. */
function keys(address: string, account: string | undefined): [string, string | undefined] {
  return [`sign-in from ${normalizeIP(address)}`, account === undefined ? undefined : `sign-in to ${account}`];
}
