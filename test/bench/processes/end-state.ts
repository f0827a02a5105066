import { Client } from 'pg';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { expectedOf, keyedLicences, standing, type Before } from '../../imports/expected.js';

/** An import that is over, and where its database is. */
export interface Imported {
  databaseUrl: string;
  tenantId: string;
  importId: string;
}

/** No more than this many sentences of one kind: the first ones tell enough. */
const MOST = 5;

/**
 * What is wrong with the PSA and the database after imports of everything, as sentences: each licence, client, link and skip has to be what the
 * sandboxes' own data call for, and nothing else may be there.
 * @param before The PSA as it stood before the first of them.
 */
export async function faultsOf(sandbox: Sandbox, before: Before, imported: Imported): Promise<string[]> {
  const after = standing(sandbox);
  const expected = expectedOf(sandbox, before, after);
  const [sample] = expected.licences.values();
  const there = keyedLicences(after, Object.keys(sample ?? {}));
  const faults = [
    ...compared('licence', expected.licences, there),
    ...compared('client', expected.clients, clientsMade(before, after)),
    ...untouched('licences', before, after),
    ...untouched('clients', before, after),
  ];
  const keyOf = new Map(after.licences.map((licence) => [String(licence['id']), String(licence['snowid'])]));
  const database = new Client({ connectionString: imported.databaseUrl });
  await database.connect();
  try {
    faults.push(...(await inDatabase(database, imported, { expected, keyOf })));
  } finally {
    await database.end();
  }
  return faults;
}

interface Truth {
  expected: ReturnType<typeof expectedOf>;
  /** Keys of licences by id. */
  keyOf: ReadonlyMap<string, string>;
}

async function inDatabase(database: Client, { tenantId, importId }: Imported, { expected, keyOf }: Truth): Promise<string[]> {
  const rows = async <T>(statement: string, id: string): Promise<T[]> => (await database.query(statement, [id])).rows as T[];
  const [row] = await rows<{ state: string; error: unknown }>(`SELECT state, error FROM imports WHERE id = $1`, importId);
  const states = expected.skips.size + expected.unmapped.size > 0 ? ['succeeded', 'succeeded_with_skips'] : ['succeeded'];
  const links = await rows<{ licence: string }>(
    `SELECT licence_id AS licence FROM links WHERE tenant_id = $1 AND archived_at IS NULL AND licence_id IS NOT NULL`,
    tenantId,
  );
  const skips = await rows<{ entity: string; id: string; line: string | null; reason: string }>(
    `SELECT entity, marketplace_id AS id, line, reason FROM skips WHERE import_id = $1`,
    importId,
  );
  const lines = await rows<{ id: string; quantity: string }>(
    `SELECT subscription_id AS id, sum(quantity)::text AS quantity FROM subscription_lines WHERE tenant_id = $1 GROUP BY 1`,
    tenantId,
  );
  const quantity = new Map(lines.map((line) => [line.id, Number(line.quantity)]));
  const wanted = quantities(expected);
  const linked = new Map(links.map(({ licence }) => [keyOf.get(licence) ?? `a licence ${licence} that is not there`, true]));
  const skipped = (entity: string): Map<string, string> =>
    new Map(skips.filter((skip) => skip.entity === entity).map(({ id, line, reason }) => [line === null ? id : `${id} ${line}`, reason]));
  return [
    ...(row && states.includes(row.state) ? [] : [`The import ended as ${row?.state} ${JSON.stringify(row?.error)}.`]),
    ...compared('link', new Map([...expected.licences.keys()].map((key) => [key, true])), linked),
    ...compared('skip of a subscription', expected.skips, skipped('subscription')),
    ...compared('skip of a customer', expected.unmapped, skipped('customer')),
    ...compared('stored quantity of subscription', wanted, new Map([...quantity].filter(([id]) => wanted.has(id)))),
  ];
}

/** How many units each subscription has whose lines all become licences. */
function quantities({ licences, skips }: Truth['expected']): Map<string, number> {
  const skipped = new Set([...skips.keys()].map((name) => name.split(' ')[0]));
  const sums = new Map<string, number>();
  for (const [key, licence] of licences) {
    const id = key.split('/')[2] ?? key;
    if (!skipped.has(id)) sums.set(id, (sums.get(id) ?? 0) + Number(licence['count']));
  }
  return sums;
}

function clientsMade(before: Before, after: Before): Map<string, string> {
  const were = new Set(before.clients.map((client) => client['id']));
  return new Map(
    after.clients.filter((client) => !were.has(client['id'])).map((client) => [String(client['ref']), String(client['name'])]),
  );
}

/** Records that were there before and are not as they were. */
function untouched(kind: 'licences' | 'clients', before: Before, after: Before): string[] {
  const now = new Map(after[kind].map((row) => [row['id'], row]));
  return before[kind]
    .filter((row) => JSON.stringify(row) !== JSON.stringify(now.get(row['id'])))
    .slice(0, MOST)
    .map((row) => `Of the ${kind}, ${String(row['id'])} was changed.`);
}

function compared<T>(what: string, expected: ReadonlyMap<string, T>, found: ReadonlyMap<string, T>): string[] {
  const wrong = [...expected].filter(([key, value]) => JSON.stringify(found.get(key)) !== JSON.stringify(value));
  const more = [...found.keys()].filter((key) => !expected.has(key));
  return [
    ...wrong.slice(0, MOST).map(([key, value]) => `The ${what} ${key} is ${JSON.stringify(found.get(key))}, not ${JSON.stringify(value)}.`),
    ...more.slice(0, MOST).map((key) => `There is a ${what} ${key} too many.`),
  ];
}
