import type { Site, Take, Walk } from '../domain/index.js';
import { ImportFailure } from './failure.js';
import { gathering } from './gather.js';
import { differentPsa, seemsAnotherPsa } from './guard/another-psa.js';
import type { ImportHold } from './store/import-row.js';
import type { Queryable } from './store/query.js';
import type { KnownLists } from './store/known-lists.js';
import type { Pages } from './store/pages.js';
import { mappedClients, showsLinkedKeys } from './store/psa-records.js';
import { CLIENTS, licencesFor, SITES, storeShown, storeUnseen, type Shown, type Transaction } from './store/shown.js';
import type { Psa } from './vendors.js';

/** What was looked at; the records themselves are in the database. */
export interface PsaLook {
  clientIds: ReadonlySet<string>;
  /** How many licences there are, and the highest of their ids. */
  licences: { count: number; youngest: number };
}

export interface PsaLookContext {
  dataSource: Queryable;
  hold: ImportHold;
  tenant: { id: string; marketplace: string };
  lists: KnownLists;
  remarks: string[];
  /** Says that something came in; throws when the import is to stop. */
  step(): Promise<void>;
}

/**
 * Walks a list, storing what it shows, and insists that it is whole. Among clients and sites, what has an id but cannot be used
 * otherwise is set aside and told about; among licences nothing may be set aside, for any of them may be one of ours. `again` records were on
 * pages that came as they were known.
 */
async function whole<T>(
  context: PsaLookContext,
  what: 'clients' | 'sites' | 'licences',
  of: Shown<T>,
  each: (take: Take<T>, known: Pages) => Promise<Walk>,
): Promise<Walk & { again: number }> {
  const { dataSource, hold, tenant, remarks } = context;
  const write: Transaction = (work) => hold.fenced(work);
  const pages = await context.lists.of(of);
  const walk = await gathering<T, Walk>(
    (take) =>
      each(
        (rows, page) =>
          pages
            .hearing(take)(rows, page)
            .then(() => context.step()),
        pages,
      ),
    (rows, taken) => storeShown(dataSource, write, of, tenant.id, rows, (digests) => pages.note(taken, digests)),
  );
  const unusable = walk.malformed.find(({ id }) => id === undefined || what === 'licences');
  if (!walk.complete || unusable) {
    const why = unusable ? `one of them could not be understood: ${unusable.reason}` : 'its list did not hold as many as it said';
    throw new ImportFailure(
      'vendor',
      'psa_look_incomplete',
      `HaloPSA did not show all of its ${what} (${why}). Something missing there could be made twice, so nothing was written. Import again later.`,
    );
  }
  await storeUnseen(dataSource, write, of, tenant.id, walk.ids);
  for (const { id, reason } of walk.malformed) remarks.push(`Of the ${what} in HaloPSA, ${id} was set aside: ${reason}`);
  return { ...walk, again: pages.again };
}

/** Looks at the clients and licences in the PSA, inactive ones too. Complete, or the import ends before its first write. */
export async function lookAtPsa(context: PsaLookContext, psa: Psa, withLicences: boolean): Promise<PsaLook> {
  const { ids: clientIds, again } = await whole(context, 'clients', CLIENTS, (take, known) => psa.eachClient(take, known));
  if (clientIds.size === 0) {
    throw new ImportFailure(
      'configuration',
      'psa_shows_no_clients',
      'HaloPSA shows no client at all, not even the one it is installed with, so all of them would be made again. Let the agent that the API application logs in as use all customers; nothing was written.',
    );
  }
  // A page that another PSA shows is none that is known of this one.
  const another = again === 0 && seemsAnotherPsa(await mappedClients(context.dataSource, context.tenant));
  if (!withLicences) {
    if (another) throw differentPsa();
    return { clientIds, licences: { count: 0, youngest: 0 } };
  }
  const { ids } = await whole(context, 'licences', licencesFor(context.tenant.marketplace), (take, known) =>
    psa.eachLicence({}, take, known),
  );
  // However often clients were renamed: a licence that carries its key where it is linked is in the same one.
  if (another && !(await showsLinkedKeys(context.dataSource, context.tenant.id))) throw differentPsa();
  let youngest = 0;
  for (const id of ids) youngest = Math.max(youngest, Number(id) || 0);
  return { clientIds, licences: { count: ids.size, youngest } };
}

/** Looks at all sites. */
export async function lookAtSites(context: PsaLookContext, psa: Psa): Promise<void> {
  await whole(context, 'sites', SITES, (take, known) => psa.eachSite(take, known));
}

/** Those of the sites whose list rows lack the address, as their own records show them. */
export async function lookAtAddresses(psa: Psa, sites: Iterable<Site>): Promise<Site[]> {
  const found: Site[] = [];
  for (const site of sites) {
    if (site.address !== undefined || site.inactive) continue;
    const detail = await psa.site(site.siteId);
    if (detail) found.push(detail);
  }
  return found;
}
