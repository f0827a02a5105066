import type { Client, Customer, Licence, Site, Subscription } from '../../domain/index.js';
import type { KnownSites, PlanInput } from '../plan/input.js';
import { loadLastApplied } from './last-applied.js';
import {
  addNeighbours,
  clientsFor,
  customersBy,
  elsewhereAmong,
  licencesBy,
  linksOf,
  linksTo,
  mappingsAround,
  mappingsOf,
  namesakesOf,
  recordsOf,
  releasedAmong,
  sitesOf,
  subscriptionsOf,
  type Depth,
  type PartScope,
} from './part-rows.js';
import type { Queryable } from './query.js';
import { digestOf } from './shown.js';

export type { Depth, PartScope } from './part-rows.js';

/** What the planner is told of some customers, and of everything else that has a bearing on them. */
export type PartRows = Pick<
  PlanInput,
  'details' | 'readNow' | 'clients' | 'licences' | 'mappings' | 'links' | 'released' | 'heldElsewhere' | 'lastApplied' | 'sites'
> & { customers: Customer[]; subscriptions: Subscription[] };

export interface LoadedPart {
  rows: PartRows;
  /** The same as long as all of this but what was written last is the same; undefined when some of it stands in no table. */
  print: string | undefined;
  /** The same as long as what was written last is the same; undefined where that was left out. */
  applied: string | undefined;
}

/**
 * Loads what is known of some customers now, from what this attempt's looks showed and from what Isthmus remembers: their subscriptions
 * and links, the customers of the same name, every client that they are or may be, and every licence that is theirs, carries one of
 * their keys, or stands at one of these clients.
 */
export async function loadPart(
  db: Queryable,
  scope: PartScope,
  depth: Depth = 'records',
  withApplied = depth === 'records',
): Promise<LoadedPart> {
  const { tenantId, customerIds } = scope;
  const [own, held] = await Promise.all([customersBy(db, scope, 'customer_id', customerIds, depth), subscriptionsOf(db, scope, depth)]);
  const ownMappings = await mappingsOf(db, tenantId, customerIds);
  const decided = new Set(ownMappings.filter(({ state }) => state !== 'suggested' && state !== 'ambiguous').map((one) => one.customerId));
  const undecided = own.filter(({ id }) => !decided.has(id));
  const [namesakes, links] = await Promise.all([namesakesOf(db, scope, undecided, depth), linksOf(db, tenantId, held.ids)]);
  const licences = await licencesBy(db, scope, { links, subscriptionIds: held.ids }, depth);
  const clients = await clientsFor(db, scope, { mappings: ownMappings, licences, undecided }, depth);
  await addNeighbours(db, scope, licences, clients, depth);
  const licenceIds = [...licences.keys()];
  // A licence is linked to one line of one tenant at most.
  const linked = new Set(links.map(({ licenceId }) => licenceId));
  const notLinked = licenceIds.filter((id) => !linked.has(id));
  const [alsoLinked, released, heldElsewhere, mappings, sites] = await Promise.all([
    linksTo(db, scope, notLinked),
    releasedAmong(db, scope, notLinked),
    elsewhereAmong(db, scope, notLinked),
    mappingsAround(db, tenantId, namesakes, clients),
    scope.sites ? sitesOf(db, tenantId, clients, depth) : undefined,
  ]);
  const customers = [...own, ...namesakes];
  const allLinks = [...new Map([...links, ...alsoLinked].map((link) => [`${link.subscriptionId} ${link.line}`, link])).values()];
  const allMappings = [...new Map([...mappings, ...ownMappings].map((mapping) => [mapping.customerId, mapping])).values()];
  const lastApplied = await loadLastApplied(
    db,
    tenantId,
    withApplied ? { licence: licenceIds, site: sites?.map(({ id }) => id) ?? [] } : { licence: [], site: [] },
  );
  const standing = { customers, clients: [...clients.values()], licences: [...licences.values()], sites: sites ?? [] };
  return {
    rows: {
      customers: recordsOf<Customer>(customers),
      subscriptions: held.rows,
      details: held.details,
      readNow: held.readNow,
      clients: new Map([...clients].map(([id, { record }]) => [id, record as Client])),
      licences: recordsOf<Licence>(standing.licences),
      mappings: allMappings,
      links: allLinks,
      released,
      heldElsewhere,
      lastApplied,
      ...(sites && depth === 'records' ? { sites: knownSites(recordsOf<Site>(sites)) } : {}),
    },
    print: held.unprinted
      ? undefined
      : printOf({
          ...Object.fromEntries(Object.entries(standing).map(([name, rows]) => [name, rows.map(({ id, digest }) => `${id} ${digest}`)])),
          subscriptions: held.prints,
          mappings: allMappings.map((mapping) => JSON.stringify(mapping)),
          links: allLinks.map((link) => JSON.stringify(link)),
          released: [...released],
          elsewhere: [...heldElsewhere],
          looked: [String(sites !== undefined)],
        }),
    applied: withApplied ? printOf({ lastApplied: [...lastApplied].map((applied) => JSON.stringify(applied)) }) : undefined,
  };
}

/** A digest of all of this, whatever order it came in. */
function printOf(all: Record<string, string[]>): string {
  return digestOf(JSON.stringify(Object.entries(all).map(([name, rows]) => [name, rows.toSorted()])));
}

/** Sites as the planner wants them. */
export function knownSites(sites: readonly Site[]): KnownSites {
  const oldestFirst = sites.toSorted((a, b) => Number(a.siteId) - Number(b.siteId));
  return { byId: new Map(oldestFirst.map((site) => [site.siteId, site])), byClient: Map.groupBy(oldestFirst, (site) => site.clientId) };
}
