import {
  clientKey,
  type Client,
  type Customer,
  type Licence,
  type Malformed,
  type Site,
  type Subscription,
  type SubscriptionDetail,
} from '../../domain/index.js';
import { underRow } from '../look-details.js';
import type { KnownLink, KnownMapping, KnownSites, PlanInput, ReadDetail } from '../plan/input.js';
import { loadLastApplied } from './last-applied.js';
import { rowsOf, type Queryable } from './query.js';
import { exactNameDigest, keyOf, looseNameDigest } from './shown.js';

/** What the planner is told of some customers, and of everything else that has a bearing on them. */
export type PartRows = Pick<
  PlanInput,
  'details' | 'readNow' | 'clients' | 'licences' | 'mappings' | 'links' | 'released' | 'heldElsewhere' | 'lastApplied' | 'sites'
> & { customers: Customer[]; subscriptions: Subscription[] };

export interface PartScope {
  tenantId: string;
  psaInstanceId: string;
  marketplace: string;
  importId: string;
  attempt: number;
  customerIds: readonly string[];
  /** Whether the look went over subscriptions, licences and sites. */
  subscriptions: boolean;
  licences: boolean;
  sites: boolean;
  /** Details that this attempt asked for and that could not be stored. */
  unreadable: ReadonlyMap<string, Malformed | null>;
}

/**
 * Loads what is known of some customers now, from what this attempt's looks showed and from what Isthmus remembers: their subscriptions
 * and links, the customers of the same name, every client that they are or may be, and every licence that is theirs, carries one of
 * their keys, or stands at one of these clients.
 */
export async function loadPart(db: Queryable, scope: PartScope): Promise<PartRows> {
  const { tenantId, customerIds } = scope;
  const [own, held] = await Promise.all([customersById(db, tenantId, customerIds), subscriptionsOf(db, scope)]);
  const ownMappings = await mappingsOf(db, tenantId, customerIds);
  const decided = new Set(ownMappings.filter(({ state }) => state !== 'suggested' && state !== 'ambiguous').map((one) => one.customerId));
  const undecided = own.filter(({ customerId }) => !decided.has(customerId));
  const [namesakes, links] = await Promise.all([namesakesOf(db, tenantId, customerIds, undecided), linksOf(db, tenantId, held.ids)]);
  const licences = await licencesBy(db, scope, links, held.ids);
  const clients = await clientsFor(db, scope, ownMappings, licences, undecided);
  await addNeighbours(db, scope, licences, clients);
  const licenceIds = [...licences.keys()];
  const [alsoLinked, released, heldElsewhere, mappings, sites] = await Promise.all([
    linksTo(db, scope, licenceIds),
    releasedAmong(db, scope, licenceIds),
    elsewhereAmong(db, scope, licenceIds),
    mappingsAround(db, tenantId, namesakes, clients),
    scope.sites ? sitesOf(db, tenantId, clients) : undefined,
  ]);
  const linkOf = new Map([...links, ...alsoLinked].map((link) => [`${link.subscriptionId} ${link.line}`, link]));
  return {
    customers: [...own, ...namesakes],
    subscriptions: held.rows,
    details: held.details,
    readNow: held.readNow,
    clients,
    licences: [...licences.values()],
    mappings: [...new Map([...mappings, ...ownMappings].map((mapping) => [mapping.customerId, mapping])).values()],
    links: [...linkOf.values()],
    released,
    heldElsewhere,
    lastApplied: await loadLastApplied(db, tenantId, { licence: licenceIds, site: [...(sites?.byId.keys() ?? [])] }),
    ...(sites ? { sites } : {}),
  };
}

async function customersById(db: Queryable, tenantId: string, ids: readonly string[]): Promise<Customer[]> {
  const rows = (await db.query(rowsOf('"row"', 'customers', 'customer_id', '$2', 'AND listed'), [tenantId, ids])) as {
    row: Customer;
  }[];
  return rows.map(({ row }) => row);
}

/** Other customers whose names are exactly the same. */
async function namesakesOf(db: Queryable, tenantId: string, ids: readonly string[], undecided: readonly Customer[]): Promise<Customer[]> {
  if (undecided.length === 0) return [];
  const names = [...new Set(undecided.map(({ name }) => exactNameDigest(name)))];
  const rows = (await db.query(rowsOf('"row"', 'customers', 'exact_name', '$2', 'AND listed'), [tenantId, names])) as { row: Customer }[];
  const own = new Set(ids);
  return rows.map(({ row }) => row).filter(({ customerId }) => !own.has(customerId));
}

interface Held {
  /** Of all of them. */
  ids: string[];
  /** Those that are listed. */
  rows: Subscription[];
  details: Map<string, ReadDetail>;
  readNow: Set<string>;
}

const HELD = `subscription_id AS id, "row", detail, listed, read_by = $3 AND read_attempt = $4 AS now`;

async function subscriptionsOf(db: Queryable, scope: PartScope): Promise<Held> {
  const held: Held = { ids: [], rows: [], details: new Map(), readNow: new Set() };
  if (!scope.subscriptions) return held;
  const found = (await db.query(
    `${rowsOf(HELD, 'subscriptions', 'customer_id', '$2', 'AND listed')}
     UNION ALL
     SELECT ${HELD} FROM subscriptions WHERE tenant_id = $1 AND NOT listed AND detail->>'customerId' = ANY($2)
       AND EXISTS (SELECT 1 FROM links WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND links.subscription_id = subscriptions.subscription_id)`,
    [scope.tenantId, scope.customerIds, scope.importId, scope.attempt],
  )) as { id: string; row: Subscription; detail: SubscriptionDetail | null; listed: boolean; now: boolean | null }[];
  for (const { id, row, detail, listed, now } of found) {
    held.ids.push(id);
    if (listed) held.rows.push(row);
    const unreadable = scope.unreadable.get(id);
    if (unreadable !== undefined) held.details.set(id, unreadable);
    else if (detail) held.details.set(id, listed && !now ? underRow(detail, row) : detail);
    if (now || unreadable !== undefined) held.readNow.add(id);
  }
  return held;
}

const MAPPING = `customer_id AS "customerId", state, client_id AS "clientId", origin`;

async function mappingsOf(db: Queryable, tenantId: string, customerIds: readonly string[]): Promise<KnownMapping[]> {
  const sql = rowsOf(MAPPING, 'mappings', 'customer_id', '$2', 'AND archived_at IS NULL');
  return (await db.query(sql, [tenantId, customerIds])) as KnownMapping[];
}

/** The mappings of other customers of the same names, and to the same clients. */
async function mappingsAround(
  db: Queryable,
  tenantId: string,
  namesakes: readonly Customer[],
  clients: ReadonlyMap<string, Client>,
): Promise<KnownMapping[]> {
  const alive = 'AND archived_at IS NULL';
  return (await db.query(
    `${rowsOf(MAPPING, 'mappings', 'customer_id', '$2', alive)} UNION ALL ${rowsOf(MAPPING, 'mappings', 'client_id', '$3', alive)}`,
    [tenantId, namesakes.map((row) => row.customerId), [...clients.keys()]],
  )) as KnownMapping[];
}

const LINK = `subscription_id AS "subscriptionId", line, licence_id AS "licenceId", create_anyway AS "createAnyway"`;

async function linksOf(db: Queryable, tenantId: string, subscriptionIds: readonly string[]): Promise<KnownLink[]> {
  if (subscriptionIds.length === 0) return [];
  const sql = rowsOf(LINK, 'links', 'subscription_id', '$2', 'AND archived_at IS NULL');
  return (await db.query(sql, [tenantId, subscriptionIds])) as KnownLink[];
}

async function linksTo(db: Queryable, { tenantId, psaInstanceId }: PartScope, licenceIds: readonly string[]): Promise<KnownLink[]> {
  if (licenceIds.length === 0) return [];
  const sql = rowsOf(LINK, 'links', 'licence_id', '$3', 'AND psa_instance_id = $2 AND archived_at IS NULL');
  return (await db.query(sql, [tenantId, psaInstanceId, licenceIds])) as KnownLink[];
}

async function licencesBy(
  db: Queryable,
  scope: PartScope,
  links: readonly KnownLink[],
  subscriptionIds: readonly string[],
): Promise<Map<string, Licence>> {
  if (!scope.licences) return new Map();
  const rows = (await db.query(
    `${rowsOf('record', 'psa_licences', 'licence_id', '$2')} UNION ALL ${rowsOf('record', 'psa_licences', 'key_of', '$3')}`,
    [scope.tenantId, links.map((link) => link.licenceId).filter((id) => id !== null), subscriptionIds],
  )) as { record: Licence }[];
  return new Map(rows.map(({ record }) => [record.licenceId, record]));
}

/** Adds the licences that stand at the clients, and those that carry the same keys. */
async function addNeighbours(
  db: Queryable,
  scope: PartScope,
  licences: Map<string, Licence>,
  clients: ReadonlyMap<string, Client>,
): Promise<void> {
  if (!scope.licences) return;
  // Those that are loaded already are most of them.
  const here = 'AND NOT (licence_id = ANY($4))';
  const keys = [...licences.values()].map((licence) => keyOf(scope.marketplace, licence)).filter((key) => key !== null);
  const rows = (await db.query(
    `${rowsOf('licence_id, record', 'psa_licences', 'client_id', '$2', here)} UNION ALL ${rowsOf('licence_id, record', 'psa_licences', 'key_of', '$3', here)}`,
    [scope.tenantId, [...clients.keys()], keys, [...licences.keys()]],
  )) as { record: Licence }[];
  for (const { record } of rows) licences.set(record.licenceId, record);
}

async function clientsFor(
  db: Queryable,
  { tenantId, marketplace, customerIds }: PartScope,
  mappings: readonly KnownMapping[],
  licences: ReadonlyMap<string, Licence>,
  undecided: readonly Customer[],
): Promise<Map<string, Client>> {
  const ids = new Set(mappings.map((mapping) => mapping.clientId).filter((id) => id !== null));
  for (const { clientId } of licences.values()) ids.add(clientId);
  const rows = (await db.query(
    ['client_id', 'ref', 'exact_name', 'loose_name']
      .map((column, at) => rowsOf('record', 'psa_clients', column, `$${at + 2}`))
      .join(' UNION ALL '),
    [
      tenantId,
      [...ids],
      customerIds.map((id) => clientKey(marketplace, id)),
      undecided.map(({ name }) => exactNameDigest(name)),
      undecided.map(({ name }) => looseNameDigest(name)),
    ],
  )) as { record: Client }[];
  return new Map(rows.map(({ record }) => [record.clientId, record]));
}

/** Licences left behind on purpose, among these. */
async function releasedAmong(db: Queryable, { tenantId, psaInstanceId }: PartScope, licenceIds: readonly string[]): Promise<Set<string>> {
  if (licenceIds.length === 0) return new Set();
  const rows = (await db.query(
    rowsOf(
      'licence_id',
      'links AS gone',
      'licence_id',
      '$3',
      `AND psa_instance_id = $2 AND archived_at IS NOT NULL AND archived_why IN ('recreate', 'replaced')
       AND NOT EXISTS (SELECT 1 FROM links WHERE links.psa_instance_id = $2 AND links.licence_id = gone.licence_id AND links.archived_at IS NULL)`,
    ),
    [tenantId, psaInstanceId, licenceIds],
  )) as { licence_id: string }[];
  return new Set(rows.map((row) => row.licence_id));
}

/** Licences that other tenants of the PSA instance are linked to, among these. */
async function elsewhereAmong(db: Queryable, { tenantId, psaInstanceId }: PartScope, licenceIds: readonly string[]): Promise<Set<string>> {
  if (licenceIds.length === 0) return new Set();
  const rows = (await db.query(
    `SELECT licence_id FROM unnest($3::text[]) AS wanted(id),
       LATERAL (SELECT * FROM links WHERE psa_instance_id = $2 AND licence_id = wanted.id AND archived_at IS NULL AND tenant_id <> $1 OFFSET 0) AS found`,
    [tenantId, psaInstanceId, licenceIds],
  )) as { licence_id: string }[];
  return new Set(rows.map((row) => row.licence_id));
}

async function sitesOf(db: Queryable, tenantId: string, clients: ReadonlyMap<string, Client>): Promise<KnownSites> {
  const rows = (await db.query(rowsOf('record', 'psa_sites', 'client_id', '$2'), [tenantId, [...clients.keys()]])) as {
    record: Site;
  }[];
  return knownSites(rows.map(({ record }) => record));
}

/** Sites as the planner wants them. */
export function knownSites(sites: readonly Site[]): KnownSites {
  const oldestFirst = sites.toSorted((a, b) => Number(a.siteId) - Number(b.siteId));
  return { byId: new Map(oldestFirst.map((site) => [site.siteId, site])), byClient: Map.groupBy(oldestFirst, (site) => site.clientId) };
}
