import { UpstreamError } from '../../egress/index.js';
import type { PsaClient } from '../../psa/index.js';

/**
 * The one client of exactly such a name; null for none, several, or when Halo cannot be asked now: it is a convenience, and no right
 * hangs on it.
 * @param areas Forms that the name may have, likeliest first.
 */
export async function clientOfArea(psa: Pick<PsaClient, 'searchClients'>, areas: readonly string[]): Promise<string | null> {
  try {
    for (const area of areas) {
      const found = (await psa.searchClients(area)).filter(({ name }) => name === area);
      if (found.length > 0) return found.length === 1 ? (found[0]?.clientId ?? null) : null;
    }
    return null;
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}
