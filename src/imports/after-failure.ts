import type { Import, ImportError } from '../../entities/index.js';

/** Waits before an import of the integrator is tried again, in seconds: one after each attempt that failed, until there are no more. */
const WAITS = [120, 600, 1800];

/** What may be over by the next attempt though no vendor is at fault: another process, which already has the key that is missing here, may make it. */
const MAY_PASS = new Set(['unexpected', 'secret_unreadable']);

/** Waits before an import that lost the database is tried again, in seconds; the last one from then on. */
const WAITS_FOR_DATABASE = [5, 15, 30, 60];

/**
 * In how many seconds an import that failed is to be tried again by itself; null: not at all. Nobody watches the integrator's, and a
 * vendor's trouble often passes; whoever asked for another one sees it fail and decides. What people must correct is never tried again.
 */
export function triedAgainIn(
  { trigger, preview, tries }: Pick<Import, 'trigger' | 'preview' | 'tries'>,
  { actor, code }: ImportError,
): number | null {
  if (trigger !== 'integrator' || preview) return null;
  if (actor !== 'vendor' && !MAY_PASS.has(code)) return null;
  return WAITS[tries - 1] ?? null;
}

/** What a reader of an import that waits for its next attempt should know. */
export function saysWhen(seconds: number, { tries }: Pick<Import, 'tries'>): string {
  return `Attempt ${tries} of ${WAITS.length + 1} failed; the next one begins by itself about ${seconds / 60} minutes later.`;
}

/** In how many seconds an import whose attempt lost the database is to be taken up again. */
export function againAfterDatabase({ tries }: Pick<Import, 'tries'>): number {
  return WAITS_FOR_DATABASE[tries - 1] ?? WAITS_FOR_DATABASE.at(-1)!;
}

/** The vendor that refused the credentials, if that is what ended an import. */
export function refusedCredentials({ code }: ImportError): 'marketplace' | 'psa' | undefined {
  return code === 'marketplace_credentials' ? 'marketplace' : code === 'psa_credentials' ? 'psa' : undefined;
}
