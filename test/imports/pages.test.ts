import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KnownLists } from '../../src/imports/store/known-lists.js';
import { CLIENTS, CUSTOMERS, licencesFor, SUBSCRIPTIONS, type Shown } from '../../src/imports/store/shown.js';
import { addClient, addCustomer, addSubscription, EMPTY, licenceOf, product } from './people.js';
import { stage, type Stage } from './stage.js';

const LISTS = { customers: CUSTOMERS, subscriptions: SUBSCRIPTIONS, psa_clients: CLIENTS, psa_licences: licencesFor('us') };
type List = keyof typeof LISTS;
/** Lists of three pages, the last of one record. */
const SMALL = { ...EMPTY, marketplace: { maxLimit: 2 }, psa: { pageCaps: { client: 2, site: 2, licence: 2, ticket: 2, other: 2 } } };

describe('Pages that come as they came before', () => {
  let on: Stage;
  let customers: string[];
  let subscriptions: string[];
  beforeAll(async () => {
    on = await stage(SMALL);
  });
  beforeEach(async () => {
    await on.reset(SMALL);
    for (const name of ['Contoso', 'Fabrikam', 'Adatum', 'Litware']) await addClient(on, name);
    customers = ['Contoso', 'Fabrikam', 'Adatum', 'Litware', 'Wingtip'].map((name) => addCustomer(on, name));
    subscriptions = customers.map((id, at) => addSubscription(on, id, [product(`P${at}`)]));
    await on.run();
    // What it created is in the PSA's lists from now on.
    await on.run();
  });
  afterAll(() => on.close());

  const query = <T>(sql: string, parameters?: unknown[]): Promise<T[]> => on.database.dataSource.query(sql, parameters);
  const licenceId = (at: number): number => Number(licenceOf(on, subscriptions[at]!)['id']);

  /** How many pages of a list are known now, and whether one that holds this record is. */
  async function known(list: List, id?: string): Promise<{ pages: number; records: number; here: boolean }> {
    const pages = await new KnownLists(on.database.dataSource, on.tenant, true).of(LISTS[list] as Shown<never>);
    const kept = await query<{ name: string }>(
      `SELECT held->>0 AS name FROM shown_pages, jsonb_array_elements(shown_pages.${list}) AS page (held) WHERE tenant_id = $1`,
      [on.tenant.id],
    );
    const held = kept.flatMap(({ name }) => (pages.idsOf(name) ? [pages.idsOf(name)!] : []));
    return { pages: held.length, records: held.flat().length, here: id !== undefined && held.flat().includes(id) };
  }

  /** Every list as it stands in the database. */
  async function standing(): Promise<unknown> {
    const rows = (Object.keys(LISTS) as List[]).map((list) => {
      const { id, record, remembers } = LISTS[list];
      return query(
        `SELECT ${id} AS id, digest, ${record} AS record${remembers ? ', listed, gone_at IS NULL AS there' : ''} FROM ${list} WHERE tenant_id = $1 ORDER BY 1`,
        [on.tenant.id],
      );
    });
    return Promise.all(rows);
  }

  it('are known, all of them, and nothing of them is written again', async () => {
    for (const list of Object.keys(LISTS) as List[]) {
      const [row] = await query<{ n: number }>(`SELECT count(*)::int AS n FROM ${list} WHERE tenant_id = $1`, [on.tenant.id]);
      expect(await known(list)).toMatchObject({ pages: Math.ceil(row!.n / 2), records: row!.n });
    }
    const [before] = await query<{ at: string }>(`SELECT xmin::text AS at FROM shown_pages`);
    const { row } = await on.run();
    expect(row.state).toBe('succeeded');
    expect(await query(`SELECT xmin::text AS at FROM shown_pages`)).toEqual([before]);
  });

  it('are not read, which is seen by what is kept of them', async () => {
    const usual = await on.run();
    // As if the first page had held but one of its records: a count that nobody would come to who read it.
    const [page] = await query<{ held: [string, string, string] }>(
      `SELECT held FROM shown_pages, jsonb_array_elements(psa_licences) AS page (held) LIMIT 1`,
    );
    const [first] = page!.held[2].split(' ');
    await query(
      `UPDATE shown_pages SET psa_licences = jsonb_set(psa_licences, '{0}', (SELECT jsonb_build_array($1::text,
         translate(encode(sha256(convert_to(digest, 'UTF8')), 'base64'), '+/=', '-_'), $2::text) FROM psa_licences WHERE licence_id = $2))`,
      [page!.held[0], first],
    );
    const { row } = await on.run();
    // The walk ends short of the list's count, and the second one reads everything.
    expect(row.callsPsa).toBeGreaterThanOrEqual(usual.row.callsPsa + 3);
    expect((await known('psa_licences')).records).toBe(5);
  });

  it.each<[string, List, () => string, string]>([
    ['another record stands', 'psa_licences', () => String(licenceId(2)), `UPDATE psa_licences SET digest = 'other' WHERE licence_id = $1`],
    ['a record is gone', 'psa_licences', () => String(licenceId(2)), `DELETE FROM psa_licences WHERE licence_id = $1`],
    ['a client is another', 'psa_clients', () => '1', `UPDATE psa_clients SET digest = 'other' WHERE client_id = $1`],
    ['a customer is not listed', 'customers', () => customers[2]!, `UPDATE customers SET listed = false WHERE customer_id = $1`],
    ['a customer is gone', 'customers', () => customers[2]!, `UPDATE customers SET gone_at = now() WHERE customer_id = $1`],
    [
      'a subscription is not listed',
      'subscriptions',
      () => subscriptions[2]!,
      `UPDATE subscriptions SET listed = false WHERE subscription_id = $1`,
    ],
  ])('are read where %s, and only there', async (_what, list, id, sql) => {
    const before = await known(list, id());
    expect(before.here).toBe(true);
    const stood = await standing();
    await query(sql, [id()]);
    expect(await known(list, id())).toMatchObject({ pages: before.pages - 1, here: false });
    await on.run();
    expect(await standing()).toEqual(stood);
    expect(await known(list, id())).toEqual(before);
  });

  it.each<[string, () => unknown]>([
    ['a licence is another', () => on.sandbox.psa.patchLicence(licenceId(2), { count: 99 })],
    ['a licence is added', () => on.sandbox.psa.addLicence({ name: 'By hand', client_id: 1, count: 1 })],
    ['a licence is gone', () => on.sandbox.psa.dropLicence(licenceId(1))],
    ['a client is another', () => on.sandbox.psa.patchClient(1, { name: 'Renamed' })],
    ['a client is added', () => addClient(on, 'Northwind')],
    ['a customer is added', () => addCustomer(on, 'Northwind')],
    ['a subscription is another', () => on.sandbox.marketplace.world.changeSubscription(subscriptions[1]!, { name: 'Renamed' })],
    ['a subscription is added', () => addSubscription(on, customers[0]!, [product('New')])],
    ['pages are larger', () => on.sandbox.psa.set({ pageCaps: { client: 3, site: 3, licence: 3, ticket: 3, other: 3 } })],
    ['the PSA’s records were lost', () => query(`TRUNCATE psa_clients, psa_licences`)],
    ['all of it was lost', () => query(`TRUNCATE shown_pages, psa_clients, psa_licences`)],
  ])('tell what all pages read anew tell when %s', async (_what, happens) => {
    await happens();
    await on.run();
    const last = await on.run();
    const stood = await standing();
    await query(`DELETE FROM shown_pages`);
    const { row, changes } = await on.run();
    expect(await standing()).toEqual(stood);
    expect({ state: row.state, counts: row.counts, changes }).toEqual({ state: last.row.state, counts: last.row.counts, changes: [] });
  });
});
