import type { Client, Licence, Look } from '../domain/index.js';
import { ImportFailure } from './failure.js';
import type { KnownSites } from './plan/input.js';
import type { Psa } from './vendors.js';

export interface PsaLook {
  clients: Map<string, Client>;
  licences: Licence[];
}

function whole<T>(look: Look<T>, what: string): T[] {
  if (look.complete && look.malformed.length === 0) return look.rows;
  const why = look.complete ? `${look.malformed.length} of them could not be understood: ${look.malformed[0]!.reason}` : 'its list did not hold as many as it said';
  throw new ImportFailure('vendor', 'psa_look_incomplete', `HaloPSA did not show all of its ${what} (${why}). Something missing there could be made twice, so nothing was written. Import again later.`);
}

/** Looks at the clients and licences in the PSA, inactive ones too. Complete, or the import ends before its first write. */
export async function lookAtPsa(psa: Psa, withLicences: boolean): Promise<PsaLook> {
  const clients = new Map(whole(await psa.clients(), 'clients').map((client) => [client.clientId, client]));
  return { clients, licences: withLicences ? whole(await psa.licences(), 'licences') : [] };
}

/** Looks at all sites; those whose list rows lack the address are asked for by id when `addressesOf` names their clients. */
export async function lookAtSites(psa: Psa, addressesOf: ReadonlySet<string>): Promise<KnownSites> {
  const byId = new Map(whole(await psa.sites(), 'sites').map((site) => [site.siteId, site]));
  for (const site of byId.values()) {
    if (site.address !== undefined || !addressesOf.has(site.clientId) || site.inactive) continue;
    const detail = await psa.site(site.siteId);
    if (detail) byId.set(site.siteId, detail);
  }
  const oldestFirst = [...byId.values()].toSorted((a, b) => Number(a.siteId) - Number(b.siteId));
  return { byId, byClient: Map.groupBy(oldestFirst, (site) => site.clientId) };
}
