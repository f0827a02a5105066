import type { DataSource } from 'typeorm';
import { TooMany } from '../http/problem.js';
import type { Caller } from './caller.js';
import { type Limit, Throttle } from './throttle.js';

/** Far more than anybody needs to get credentials right, and far too few to look around in other people's networks. */
export const VERIFICATIONS: Limit = { tries: 60, minutes: 10 };

/**
 * Counts a verification: it calls an address of the caller's choice with credentials of their choice, and tells what came of it. All
 * who act for one PSA instance are counted together, over all processes. @throws TooMany
 */
export async function countVerification(dataSource: DataSource, caller: Caller): Promise<void> {
  const who = caller.psaInstanceId ?? `${caller.via} ${caller.id}`;
  const seconds = await new Throttle(dataSource).count(`verify ${who}`, VERIFICATIONS);
  if (seconds > 0)
    throw new TooMany(`Credentials were verified ${VERIFICATIONS.tries} times within ${VERIFICATIONS.minutes} minutes.`, seconds);
}
