import type { Client, Licence, Look } from '../domain/index.js';
import { ImportFailure } from './failure.js';
import type { KnownSites } from './plan/input.js';
import type { Psa } from './vendors.js';

export interface PsaLook {
  clients: Map<string, Client>;
  licences: Licence[];
}

/**
 * The rows of a look that is known to be whole. Among clients and sites, what has an id but cannot be used otherwise is set aside
 * and told about; among licences nothing may be set aside, for any of them may be one of ours.
 */
function whole<T>(look: Look<T>, what: 'clients' | 'sites' | 'licences', remarks: string[]): T[] {
  const unusable = look.malformed.find(({ id }) => id === undefined || what === 'licences');
  if (!look.complete || unusable) {
    const why = unusable ? `one of them could not be understood: ${unusable.reason}` : 'its list did not hold as many as it said';
    throw new ImportFailure(
      'vendor',
      'psa_look_incomplete',
      `HaloPSA did not show all of its ${what} (${why}). Something missing there could be made twice, so nothing was written. Import again later.`,
    );
  }
  for (const { id, reason } of look.malformed) remarks.push(`Of the ${what} in HaloPSA, ${id} was set aside: ${reason}`);
  return look.rows;
}

/** Looks at the clients and licences in the PSA, inactive ones too. Complete, or the import ends before its first write. */
export async function lookAtPsa(psa: Psa, withLicences: boolean, remarks: string[]): Promise<PsaLook> {
  const clients = new Map(whole(await psa.clients(), 'clients', remarks).map((client) => [client.clientId, client]));
  if (clients.size === 0) {
    throw new ImportFailure(
      'configuration',
      'psa_shows_no_clients',
      'HaloPSA shows no client at all, not even the one it is installed with, so all of them would be made again. Let the agent that the API application logs in as use all customers; nothing was written.',
    );
  }
  return { clients, licences: withLicences ? whole(await psa.licences(), 'licences', remarks) : [] };
}

/** Looks at all sites; those whose list rows lack the address are asked for by id when `addressesOf` names their clients. */
export async function lookAtSites(psa: Psa, addressesOf: ReadonlySet<string>, remarks: string[]): Promise<KnownSites> {
  const byId = new Map(whole(await psa.sites(), 'sites', remarks).map((site) => [site.siteId, site]));
  for (const site of byId.values()) {
    if (site.address !== undefined || !addressesOf.has(site.clientId) || site.inactive) continue;
    const detail = await psa.site(site.siteId);
    if (detail) byId.set(site.siteId, detail);
  }
  const oldestFirst = [...byId.values()].toSorted((a, b) => Number(a.siteId) - Number(b.siteId));
  return { byId, byClient: Map.groupBy(oldestFirst, (site) => site.clientId) };
}
