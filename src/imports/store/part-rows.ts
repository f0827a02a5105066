import { clientKey, type Malformed, type Subscription, type SubscriptionDetail } from '../../domain/index.js';
import { underRow } from '../look-details.js';
import type { KnownLink, KnownMapping, ReadDetail } from '../plan/input.js';
import { execute, rowsOf, type Queryable } from './query.js';
import { exactNameDigest, looseNameDigest } from './shown.js';

/** What of a record is loaded: all of it, or only what tells whether it is another than it was. Then `rows` are of no use to a planner. */
export type Depth = 'records' | 'digests';

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

/** A row that a look stored, with what it is found by. */
export interface Standing {
  id: string;
  digest: string;
  /** Null when only digests were asked for. */
  record: unknown;
}

export const recordsOf = <T>(rows: readonly Standing[]): T[] => rows.map(({ record }) => record as T);

/** The column that holds a record, or nothing in its place. */
const recordIf = (depth: Depth, column: string): string => (depth === 'records' ? `"${column}" AS record` : 'NULL AS record');

interface StandingCustomer extends Standing {
  name: string;
}

export async function customersBy(
  db: Queryable,
  { tenantId }: PartScope,
  column: 'customer_id' | 'exact_name',
  values: readonly string[],
  depth: Depth,
): Promise<StandingCustomer[]> {
  const select = `customer_id AS id, name, digest, ${recordIf(depth, 'row')}`;
  return execute<StandingCustomer>(db, rowsOf(select, 'customers', column, '$2', 'AND listed'), [tenantId, values]);
}

/** Other customers whose names are exactly the same. */
export async function namesakesOf(
  db: Queryable,
  scope: PartScope,
  undecided: readonly StandingCustomer[],
  depth: Depth,
): Promise<StandingCustomer[]> {
  if (undecided.length === 0) return [];
  const names = [...new Set(undecided.map(({ name }) => exactNameDigest(name)))];
  const own = new Set(scope.customerIds);
  return (await customersBy(db, scope, 'exact_name', names, depth)).filter(({ id }) => !own.has(id));
}

interface Held {
  /** Of all of them. */
  ids: string[];
  /** Those that are listed. */
  rows: Subscription[];
  details: Map<string, ReadDetail>;
  readNow: Set<string>;
  prints: string[];
  /** Whether some were read by this attempt and could not be stored. */
  unprinted: boolean;
}

interface HeldRow {
  id: string;
  digest: string;
  /** When its detail was read; text, to the microsecond. */
  read: string | null;
  record: Subscription | null;
  detail: SubscriptionDetail | null;
  listed: boolean;
  now: boolean | null;
}

export async function subscriptionsOf(db: Queryable, scope: PartScope, depth: Depth): Promise<Held> {
  const held: Held = { ids: [], rows: [], details: new Map(), readNow: new Set(), prints: [], unprinted: false };
  if (!scope.subscriptions) return held;
  const select = `subscription_id AS id, digest, read_at::text AS read, ${recordIf(depth, 'row')}, ${depth === 'records' ? 'detail' : 'NULL AS detail'}, listed,
    read_by = $3 AND read_attempt = $4 AS now`;
  const found = await execute<HeldRow>(
    db,
    `${rowsOf(select, 'subscriptions', 'customer_id', '$2', 'AND listed')}
     UNION ALL
     SELECT ${select} FROM subscriptions WHERE tenant_id = $1 AND NOT listed AND detail->>'customerId' = ANY($2)
       AND EXISTS (SELECT 1 FROM links WHERE links.tenant_id = $1 AND links.archived_at IS NULL AND links.subscription_id = subscriptions.subscription_id)`,
    [scope.tenantId, scope.customerIds, scope.importId, scope.attempt],
  );
  for (const { id, digest, read, record, detail, listed, now } of found) {
    held.ids.push(id);
    // A detail is never stored without the moment at which it was read.
    held.prints.push(`${id} ${digest} ${listed} ${now} ${read}`);
    if (listed && record) held.rows.push(record);
    const unreadable = scope.unreadable.get(id);
    if (unreadable !== undefined) held.details.set(id, unreadable);
    else if (detail) held.details.set(id, listed && !now ? underRow(detail, record!) : detail);
    if (now || unreadable !== undefined) held.readNow.add(id);
    held.unprinted ||= unreadable !== undefined;
  }
  return held;
}

const MAPPING = `customer_id AS "customerId", state, client_id AS "clientId", origin`;

export async function mappingsOf(db: Queryable, tenantId: string, customerIds: readonly string[]): Promise<KnownMapping[]> {
  const sql = rowsOf(MAPPING, 'mappings', 'customer_id', '$2', 'AND archived_at IS NULL');
  return execute<KnownMapping>(db, sql, [tenantId, customerIds]);
}

/** The mappings of other customers of the same names, and to the same clients. */
export async function mappingsAround(
  db: Queryable,
  tenantId: string,
  namesakes: readonly Standing[],
  clients: ReadonlyMap<string, Standing>,
): Promise<KnownMapping[]> {
  const alive = 'AND archived_at IS NULL';
  return execute<KnownMapping>(
    db,
    `${rowsOf(MAPPING, 'mappings', 'customer_id', '$2', alive)} UNION ALL ${rowsOf(MAPPING, 'mappings', 'client_id', '$3', alive)}`,
    [tenantId, namesakes.map(({ id }) => id), [...clients.keys()]],
  );
}

const LINK = `subscription_id AS "subscriptionId", line, licence_id AS "licenceId", create_anyway AS "createAnyway"`;

export async function linksOf(db: Queryable, tenantId: string, subscriptionIds: readonly string[]): Promise<KnownLink[]> {
  if (subscriptionIds.length === 0) return [];
  const sql = rowsOf(LINK, 'links', 'subscription_id', '$2', 'AND archived_at IS NULL');
  return execute<KnownLink>(db, sql, [tenantId, subscriptionIds]);
}

export async function linksTo(db: Queryable, { tenantId, psaInstanceId }: PartScope, licenceIds: readonly string[]): Promise<KnownLink[]> {
  if (licenceIds.length === 0) return [];
  const sql = rowsOf(LINK, 'links', 'licence_id', '$3', 'AND psa_instance_id = $2 AND archived_at IS NULL');
  return execute<KnownLink>(db, sql, [tenantId, psaInstanceId, licenceIds]);
}

interface StandingLicence extends Standing {
  clientId: string;
  /** The subscription whose key it carries. */
  keyOf: string | null;
}

const licenceColumns = (depth: Depth): string =>
  `licence_id AS id, client_id AS "clientId", key_of AS "keyOf", digest, ${recordIf(depth, 'record')}`;

export async function licencesBy(
  db: Queryable,
  scope: PartScope,
  { links, subscriptionIds }: { links: readonly KnownLink[]; subscriptionIds: readonly string[] },
  depth: Depth,
): Promise<Map<string, StandingLicence>> {
  if (!scope.licences) return new Map();
  const select = licenceColumns(depth);
  const rows = await execute<StandingLicence>(
    db,
    // Most are found by both.
    `${rowsOf(select, 'psa_licences', 'licence_id', '$2')} UNION ALL ${rowsOf(select, 'psa_licences', 'key_of', '$3', 'AND NOT (licence_id = ANY($2))')}`,
    [scope.tenantId, links.map((link) => link.licenceId).filter((id) => id !== null), subscriptionIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Adds the licences that stand at the clients, and those that carry the same keys. */
export async function addNeighbours(
  db: Queryable,
  scope: PartScope,
  licences: Map<string, StandingLicence>,
  clients: ReadonlyMap<string, Standing>,
  depth: Depth,
): Promise<void> {
  if (!scope.licences) return;
  // Those that are loaded already are most of them.
  const here = 'AND NOT (licence_id = ANY($4))';
  const keys = [...licences.values()].map(({ keyOf }) => keyOf).filter((key) => key !== null);
  const select = licenceColumns(depth);
  const rows = await execute<StandingLicence>(
    db,
    `${rowsOf(select, 'psa_licences', 'client_id', '$2', here)} UNION ALL ${rowsOf(select, 'psa_licences', 'key_of', '$3', here)}`,
    [scope.tenantId, [...clients.keys()], keys, [...licences.keys()]],
  );
  for (const row of rows) licences.set(row.id, row);
}

export async function clientsFor(
  db: Queryable,
  { tenantId, marketplace, customerIds }: PartScope,
  by: { mappings: readonly KnownMapping[]; licences: ReadonlyMap<string, StandingLicence>; undecided: readonly StandingCustomer[] },
  depth: Depth,
): Promise<Map<string, Standing>> {
  const ids = new Set(by.mappings.map((mapping) => mapping.clientId).filter((id) => id !== null));
  for (const { clientId } of by.licences.values()) ids.add(clientId);
  const select = `client_id AS id, digest, ${recordIf(depth, 'record')}`;
  const rows = await execute<Standing>(
    db,
    ['client_id', 'ref', 'exact_name', 'loose_name']
      .map((column, at) => rowsOf(select, 'psa_clients', column, `$${at + 2}`))
      .join(' UNION ALL '),
    [
      tenantId,
      [...ids],
      customerIds.map((id) => clientKey(marketplace, id)),
      by.undecided.map(({ name }) => exactNameDigest(name)),
      by.undecided.map(({ name }) => looseNameDigest(name)),
    ],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Licences left behind on purpose, among these. */
export async function releasedAmong(
  db: Queryable,
  { tenantId, psaInstanceId }: Pick<PartScope, 'tenantId' | 'psaInstanceId'>,
  licenceIds: readonly string[],
): Promise<Set<string>> {
  if (licenceIds.length === 0) return new Set();
  const rows = await execute<{ licence_id: string }>(
    db,
    rowsOf(
      'licence_id',
      'links AS gone',
      'licence_id',
      '$3',
      `AND psa_instance_id = $2 AND archived_at IS NOT NULL AND archived_why IN ('recreate', 'replaced')
       AND NOT EXISTS (SELECT 1 FROM links WHERE links.psa_instance_id = $2 AND links.licence_id = gone.licence_id AND links.archived_at IS NULL)`,
    ),
    [tenantId, psaInstanceId, licenceIds],
  );
  return new Set(rows.map((row) => row.licence_id));
}

/** Licences that other tenants of the PSA instance are linked to, among these. */
export async function elsewhereAmong(
  db: Queryable,
  { tenantId, psaInstanceId }: PartScope,
  licenceIds: readonly string[],
): Promise<Set<string>> {
  if (licenceIds.length === 0) return new Set();
  const rows = await execute<{ licence_id: string }>(
    db,
    `SELECT licence_id FROM unnest($3::text[]) AS wanted(id),
       LATERAL (SELECT * FROM links WHERE psa_instance_id = $2 AND licence_id = wanted.id AND archived_at IS NULL AND tenant_id <> $1 OFFSET 0) AS found`,
    [tenantId, psaInstanceId, licenceIds],
  );
  return new Set(rows.map((row) => row.licence_id));
}

export async function sitesOf(db: Queryable, tenantId: string, clients: ReadonlyMap<string, Standing>, depth: Depth): Promise<Standing[]> {
  const select = `site_id AS id, digest, ${recordIf(depth, 'record')}`;
  return execute<Standing>(db, rowsOf(select, 'psa_sites', 'client_id', '$2'), [tenantId, [...clients.keys()]]);
}
