import { hash } from 'node:crypto';
import {
  exactName,
  isOurKey,
  looseName,
  parseLicenceKey,
  type Client,
  type Customer,
  type Licence,
  type Site,
  type Subscription,
} from '../../domain/index.js';
import { LookLost } from '../failure.js';
import { asKept, execute, type Query, type Queryable } from './query.js';

/** A table that holds what the last look showed of one list. */
export interface Shown<T> {
  table: 'customers' | 'subscriptions' | 'psa_clients' | 'psa_sites' | 'psa_licences';
  id: string;
  /** The column that holds the record. */
  record: 'row' | 'record';
  idOf(record: T): string;
  /** Columns that are looked for, with their values; text, all of them. */
  columns(record: T): Record<string, string | null>;
  /** What its columns depend on beside the record: shown with another one, it is stored anew. */
  under?: string;
  /** Whether the table remembers what a list shows no more. */
  remembers: boolean;
}

/** A digest of a text, by which rows are found and compared. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

export const exactNameDigest = (name: string): string => digestOf(exactName(name));
export const looseNameDigest = (name: string): string => digestOf(looseName(name));

/** The longest key that is looked for; ours are shorter. */
const LONGEST_KEY = 200;
/** The longest subscription id that a key is looked for by. */
const LONGEST_ID = 64;

export const CUSTOMERS: Shown<Customer> = {
  table: 'customers',
  id: 'customer_id',
  record: 'row',
  idOf: (row) => row.customerId,
  columns: (row) => ({ name: row.name, status: row.status, exact_name: exactNameDigest(row.name) }),
  remembers: true,
};

export const SUBSCRIPTIONS: Shown<Subscription> = {
  table: 'subscriptions',
  id: 'subscription_id',
  record: 'row',
  idOf: (row) => row.subscriptionId,
  columns: (row) => ({ customer_id: row.customerId, name: row.name ?? null, status: row.status }),
  remembers: true,
};

export const CLIENTS: Shown<Client> = {
  table: 'psa_clients',
  id: 'client_id',
  record: 'record',
  idOf: (client) => client.clientId,
  columns: (client) => ({
    ref: isOurKey(client.ref) && client.ref!.length <= LONGEST_KEY ? client.ref! : null,
    exact_name: exactNameDigest(client.name),
    loose_name: looseNameDigest(client.name),
  }),
  remembers: false,
};

export const SITES: Shown<Site> = {
  table: 'psa_sites',
  id: 'site_id',
  record: 'record',
  idOf: (site) => site.siteId,
  columns: (site) => ({ client_id: site.clientId }),
  remembers: false,
};

/** The licences of a PSA, as a tenant of this marketplace looks for them. */
export function licencesFor(marketplace: string): Shown<Licence> {
  return {
    table: 'psa_licences',
    id: 'licence_id',
    record: 'record',
    idOf: (licence) => licence.licenceId,
    columns: (licence) => ({ client_id: licence.clientId, key_of: keyOf(marketplace, licence) }),
    under: marketplace,
    remembers: false,
  };
}

/** The subscription whose key a licence carries, as it is looked for. */
export function keyOf(marketplace: string, { snowid }: Pick<Licence, 'snowid'>): string | null {
  return parseLicenceKey(marketplace, snowid)?.subscriptionId.slice(0, LONGEST_ID) ?? null;
}

/** Runs writes that belong together, in a transaction. */
export type Transaction = <T>(work: (query: Query) => Promise<T>) => Promise<T>;

/** A row that was shown and does not stand there yet. */
export interface News {
  id: string;
  digest: string;
  text: string;
  columns: Record<string, string | null>;
}

/** Hears the digests of rows that were shown; of rows with the same id, that of the later one. */
export type Digested<T> = (digests: ReadonlyMap<T, string>) => void;

/** What is new among rows that were shown. Writes nothing. */
export async function newsOf<T>(
  db: Queryable,
  of: Shown<T>,
  tenantId: string,
  shown: readonly T[],
  digested?: Digested<T>,
): Promise<News[]> {
  // Of rows with the same id the later one counts.
  const byId = new Map(shown.map((record) => [of.idOf(record), record]));
  const asStored = new Map([...byId].map(([id, record]) => [id, asKept(record)]));
  const digests = [...asStored.values()].map(({ text }) => digestOf(of.under === undefined ? text : `${of.under} ${text}`));
  digested?.(new Map(byId.values().map((record, at) => [record, digests[at]!])));
  const hidden = of.remembers ? 'OR NOT known.listed OR known.gone_at IS NOT NULL' : '';
  const news = await execute<{ id: string; digest: string }>(
    db,
    `SELECT shown.id, shown.digest FROM unnest($2::text[], $3::text[]) AS shown(id, digest)
       LEFT JOIN LATERAL (SELECT * FROM ${of.table} WHERE tenant_id = $1 AND ${of.id} = shown.id OFFSET 0) AS known ON true
     WHERE known.${of.id} IS NULL OR known.digest IS DISTINCT FROM shown.digest ${hidden}`,
    [tenantId, [...byId.keys()], digests],
  );
  return news.map(({ id, digest }) => {
    const { text, record } = asStored.get(id)!;
    return { id, digest, text, columns: of.columns(record) };
  });
}

/** Stores what is new. No id may stand twice in it. */
export async function storeNews(write: Transaction, of: Shown<never>, tenantId: string, news: readonly News[]): Promise<void> {
  if (news.length === 0) return;
  const names = Object.keys(news[0]!.columns);
  const own = of.remembers ? { columns: ', seen_at', values: ', now()', set: ', seen_at = now(), gone_at = NULL, listed = true' } : null;
  await write((query) =>
    query(
      `INSERT INTO ${of.table} (tenant_id, ${of.id}, digest, "${of.record}", ${names.join(', ')}${own?.columns ?? ''})
       SELECT $1, news.*${own?.values ?? ''} FROM unnest($2::text[], $3::text[], $4::jsonb[], ${names.map((_name, at) => `$${at + 5}::text[]`).join(', ')}) AS news
       ON CONFLICT (tenant_id, ${of.id}) DO UPDATE SET digest = excluded.digest, "${of.record}" = excluded."${of.record}",
         ${names.map((name) => `${name} = excluded.${name}`).join(', ')}${own?.set ?? ''}`,
      [
        tenantId,
        news.map(({ id }) => id),
        news.map(({ digest }) => digest),
        news.map(({ text }) => text),
        ...names.map((name) => news.map(({ columns }) => columns[name])),
      ],
    ),
  );
}

/** Stores rows as they were shown. Those that stand there already are only read: a look that shows nothing new writes nothing. */
export async function storeShown<T>(
  db: Queryable,
  write: Transaction,
  of: Shown<T>,
  tenantId: string,
  shown: readonly T[],
  digested?: Digested<T>,
): Promise<void> {
  await storeNews(write, of, tenantId, await newsOf(db, of, tenantId, shown, digested));
}

/** How many rows of a table the last look showed, and whether there are others that are not known to be gone. */
async function standing(db: Queryable, of: Shown<never>, tenantId: string): Promise<{ listed: number; others: boolean }> {
  const others = of.remembers ? `EXISTS (SELECT FROM ${of.table} WHERE tenant_id = $1 AND NOT listed AND gone_at IS NULL)` : 'false';
  const [row] = await execute<{ listed: number; others: boolean }>(
    db,
    `SELECT count(*)::int AS listed, ${others} AS others FROM ${of.table} WHERE tenant_id = $1 ${of.remembers ? 'AND listed' : ''}`,
    [tenantId],
  );
  return row!;
}

/**
 * Says which rows a look did not show: nothing of them counts any more. `seen` are all that it did, and they were stored.
 * Throws {@link LookLost} when fewer stand than were seen.
 * Only where lists remember: `proven` says that the others are gone, but for those that could not be understood; `within` that
 * only these customers were asked for.
 */
export async function storeUnseen(
  db: Queryable,
  write: Transaction,
  of: Shown<never>,
  tenantId: string,
  seen: ReadonlySet<string>,
  more: { proven?: { but: readonly string[] }; within?: readonly string[] } = {},
): Promise<void> {
  const lacks = `tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM unnest($2::text[]) AS seen(id) WHERE seen.id = ${of.table}.${of.id})`;
  const within = more.within ? 'AND customer_id = ANY($3)' : '';
  const { listed, others } = await standing(db, of, tenantId);
  if (more.within === undefined && listed < seen.size) throw new LookLost();
  // All of them are there, so when they are as many as there are, none is too many.
  const tooMany = more.within !== undefined || listed !== seen.size;
  if (!tooMany && !(others && more.proven)) return;
  await write(async (query) => {
    if (tooMany) {
      const parameters = [tenantId, [...seen], ...(more.within ? [more.within] : [])];
      if (of.remembers) await query(`UPDATE ${of.table} SET listed = false WHERE listed AND ${lacks} ${within}`, parameters);
      else await query(`DELETE FROM ${of.table} WHERE ${lacks}`, parameters);
    }
    if (!of.remembers || !more.proven) return;
    await query(
      `UPDATE ${of.table} SET gone_at = now() WHERE tenant_id = $1 AND NOT listed AND gone_at IS NULL AND NOT (${of.id} = ANY($2))`,
      [tenantId, more.proven.but],
    );
  });
}
