import { ImportFailure } from '../failure.js';
import type { ApplyContext } from './context.js';

const FIELD = { client: 'the reference of a client', licence: 'the field snowid of a licence' } as const;

/** How many first records of a PSA instance are tried, each alone, before it is held that it takes none. */
export const CANARIES = 3;

/** The import's end when this PSA loses our keys: without them a lost answer could not be told from a record never made. */
export function keyNotKept(of: 'client' | 'licence'): ImportFailure {
  return new ImportFailure(
    'configuration',
    'key_not_kept',
    `HaloPSA did not give back what Isthmus wrote into ${FIELD[of]}. Without that key a lost answer would make a twin, so nothing more is created. Let the API application's agent see and edit that field, then import again.`,
  );
}

/** The import's end when this PSA takes none of the first records. */
export function refusesCreates(what: 'clients' | 'licences', why: string): ImportFailure {
  return new ImportFailure(
    'configuration',
    'psa_refuses_creates',
    `HaloPSA took none of the first ${CANARIES} ${what} that Isthmus tried to create, each alone, so no more were tried. It said: ${why} Change what it asks for, in HaloPSA or in the tenant's settings, then import again.`,
  );
}

/**
 * Fails an import that would create records although this PSA instance is known to lose their keys, before anything is written,
 * unless a record created before shows its key now.
 */
export async function requireKeys(
  context: Pick<ApplyContext, 'keys' | 'rememberKeys'>,
  of: 'client' | 'licence',
  showsKeyNow: () => Promise<boolean>,
): Promise<void> {
  if (context.keys[of] !== false) return;
  if (!(await showsKeyNow())) throw keyNotKept(of);
  await context.rememberKeys(of, true);
}
