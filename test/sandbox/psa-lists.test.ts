import { describe, expect, it } from '@jest/globals';
import { smallSeed, started, type AnyRow, type Running } from './psa-fixture.js';
import { workOf } from './work.js';

type Envelope = { record_count?: number; page_no?: number; page_size?: number } & Record<string, AnyRow[]>;

/** A seed with this many licences, spread over the two active clients. */
function manyLicences(count: number): ReturnType<typeof smallSeed> {
  const licences = Array.from({ length: count }, (_, index) => ({ name: `Plan ${index}`, client_id: index % 2 === 0 ? 12 : 14, count: 1 }));
  return { ...smallSeed(), licences };
}

async function ids(halo: Running, path: string, key: string): Promise<number[]> {
  const { status, body } = await halo.get<Envelope>(path);
  expect(status).toBe(200);
  return (body[key] ?? []).map((row) => row.id);
}

/** How many licences these pages of fifty show, one after the other. */
async function licencesByPages(halo: Running, pages: number): Promise<number> {
  let seen = 0;
  for (let page = 1; page <= pages; page += 1) {
    const path = `/api/SoftwareLicence?pageinate=true&page_size=50&page_no=${page}&includeinactive=true&order=id`;
    seen += (await ids(halo, path, 'licences')).length;
  }
  return seen;
}

describe('pages of a sandbox Halo', () => {
  it('are lowered silently to what the resource allows, with the total in record_count', async () => {
    await using halo = await started({}, manyLicences(120));
    const first = await halo.get<Envelope>('/api/SoftwareLicence?pageinate=true&page_size=1000&page_no=1');
    expect(first.body).toMatchObject({ record_count: 120, page_no: 1, page_size: 50 });
    expect(first.body['licences']).toHaveLength(50);
    expect(await ids(halo, '/api/SoftwareLicence?pageinate=true&page_size=1000&page_no=3', 'licences')).toHaveLength(20);
    halo.psa.set({ pageCaps: { ...halo.psa.switches.pageCaps, licence: 7 } });
    expect(await ids(halo, '/api/SoftwareLicence?pageinate=true&page_size=1000', 'licences')).toHaveLength(7);
  });

  it('past the end are empty, and count as the switch says', async () => {
    await using halo = await started();
    const past = '/api/Client?pageinate=true&page_size=10&page_no=9';
    expect((await halo.get<Envelope>(past)).body).toMatchObject({ record_count: 0, clients: [] });
    halo.psa.set({ recordCount: 'total' });
    expect((await halo.get<Envelope>(past)).body).toMatchObject({ record_count: 2, clients: [] });
    halo.psa.set({ recordCount: 'absent' });
    expect((await halo.get<Envelope>('/api/Client')).body).not.toHaveProperty('record_count');
  });

  it('show every row once when walked in order', async () => {
    await using halo = await started({}, manyLicences(120));
    const seen: number[] = [];
    for (let page = 1; page <= 3; page += 1) {
      seen.push(...(await ids(halo, `/api/SoftwareLicence?pageinate=true&page_size=50&page_no=${page}&order=id`, 'licences')));
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  });

  it('repeat and lack rows with an unstable order, unless an order is asked for', async () => {
    await using halo = await started({ unstableOrder: true }, manyLicences(60));
    const walk = async (order: string): Promise<Set<number>> => {
      const one = await ids(halo, `/api/SoftwareLicence?pageinate=true&page_size=30&page_no=1${order}`, 'licences');
      const two = await ids(halo, `/api/SoftwareLicence?pageinate=true&page_size=30&page_no=2${order}`, 'licences');
      return new Set([...one, ...two]);
    };
    expect((await walk('')).size).toBeLessThan(60);
    expect((await walk('&order=id')).size).toBe(60);
  });

  it('can be ignored: everything on each page, or the first rows on each', async () => {
    await using halo = await started({ pagingIgnored: 'everything' }, manyLicences(70));
    expect(await ids(halo, '/api/SoftwareLicence?pageinate=true&page_size=10&page_no=2', 'licences')).toHaveLength(70);
    halo.psa.set({ pagingIgnored: 'first-rows' });
    expect(await ids(halo, '/api/SoftwareLicence?pageinate=true&page_size=3&page_no=2', 'licences')).toEqual([1, 2, 3]);
  });

  it('are not made without pageinate: count rows, or as many as a list may have', async () => {
    await using halo = await started({}, manyLicences(1200));
    expect(await ids(halo, '/api/SoftwareLicence?page_size=10&page_no=2', 'licences')).toHaveLength(1000);
    expect(await ids(halo, '/api/SoftwareLicence?count=30', 'licences')).toHaveLength(30);
  });

  it('of twenty thousand licences show all of them', async () => {
    await using halo = await started({ rateLimit: null }, manyLicences(20_000));
    expect(await licencesByPages(halo, 400)).toBe(20_000);
  });

  it('take as much more work as there are more of them: rows are not sorted again for each', async () => {
    const work = async (pages: number): Promise<number> => {
      await using halo = await started({ rateLimit: null }, manyLicences(pages * 50));
      return await workOf(() => licencesByPages(halo, pages));
    };
    const few = await work(10);
    expect(few).toBeGreaterThan(500);
    expect(await work(40)).toBeLessThan(5 * few);
  });
});

describe('the order of a list in a sandbox Halo', () => {
  it('is that of any column, down too', async () => {
    await using halo = await started();
    expect(await ids(halo, '/api/Client?order=name', 'clients')).toEqual([14, 12]);
    expect(await ids(halo, '/api/Client?order=id&orderdesc=true', 'clients')).toEqual([14, 12]);
  });

  it('can be refused', async () => {
    await using halo = await started({ orderParameter: 'refused' });
    expect((await halo.get('/api/Client?order=id')).status).toBe(400);
    expect((await halo.get('/api/Client')).status).toBe(200);
  });
});

describe('which rows a sandbox Halo lists', () => {
  it('leaves inactive clients out unless asked, in either way of asking', async () => {
    await using halo = await started();
    expect(await ids(halo, '/api/Client', 'clients')).toEqual([12, 14]);
    expect(await ids(halo, '/api/Client?includeinactive=true&includeactive=true', 'clients')).toEqual([12, 14, 15]);
    expect(await ids(halo, '/api/Client?includeinactive=true&includeactive=false', 'clients')).toEqual([15]);
    expect(await ids(halo, '/api/Client?activeinactive=true,true', 'clients')).toEqual([12, 14, 15]);
    expect(await ids(halo, '/api/Client?activeinactive=false,true', 'clients')).toEqual([15]);
  });

  it.each([
    ['always', [101], [101]],
    ['never', [101, 102], [101, 102]],
    ['unless-asked', [101], [101, 102]],
  ] as const)('hides inactive licences: %s', async (inactiveHidden, unasked, asked) => {
    await using halo = await started({ inactiveHidden });
    expect(await ids(halo, '/api/SoftwareLicence', 'licences')).toEqual(unasked);
    expect(await ids(halo, '/api/SoftwareLicence?includeinactive=true', 'licences')).toEqual(asked);
  });

  it('lists deleted licences with the inactive ones, or never', async () => {
    await using halo = await started();
    halo.psa.patchLicence(101, { deleted: true });
    expect(await ids(halo, '/api/SoftwareLicence', 'licences')).toEqual([]);
    expect(await ids(halo, '/api/SoftwareLicence?includeinactive=true', 'licences')).toEqual([101, 102]);
    halo.psa.set({ deletedInLists: false });
    expect(await ids(halo, '/api/SoftwareLicence?includeinactive=true', 'licences')).toEqual([102]);
  });

  it('filters by client, site, top level, type, tenant and search, and ignores what it does not know', async () => {
    await using halo = await started({}, manyLicences(6));
    halo.psa.patchLicence(1, { tenant_id: 'contoso', type: 1, site_id: 2 });
    expect(await ids(halo, '/api/SoftwareLicence?client_id=14', 'licences')).toEqual([2, 4, 6]);
    expect(await ids(halo, '/api/SoftwareLicence?Client_ID=14', 'licences')).toEqual([2, 4, 6]);
    expect(await ids(halo, '/api/SoftwareLicence?client_id=0&madeup=1', 'licences')).toHaveLength(6);
    expect(await ids(halo, '/api/SoftwareLicence?toplevelid=2', 'licences')).toEqual([2, 4, 6]);
    expect(await ids(halo, '/api/SoftwareLicence?toplevel_id=2', 'licences')).toHaveLength(6);
    expect(await ids(halo, '/api/SoftwareLicence?tenant_id=contoso', 'licences')).toEqual([1]);
    expect(await ids(halo, '/api/SoftwareLicence?licence_type=1', 'licences')).toEqual([1]);
    expect(await ids(halo, '/api/SoftwareLicence?site_id=2', 'licences')).toEqual([1]);
    expect(await ids(halo, '/api/SoftwareLicence?search=PLAN%203', 'licences')).toEqual([4]);
    expect(await ids(halo, '/api/Site?client_id=14', 'sites')).toEqual([2]);
    expect(await ids(halo, '/api/Client?toplevel_id=2', 'clients')).toEqual([14]);
    expect(await ids(halo, '/api/Client?search=harbour', 'clients')).toEqual([12]);
  });

  it('refuses a parameter of the wrong type', async () => {
    await using halo = await started();
    const answer = await halo.get('/api/Client?pageinate=true&page_size=many');
    expect([answer.status, answer.body]).toEqual([400, { page_size: ["The value 'many' is not valid."] }]);
  });

  it('follows a client that was merged into another', async () => {
    await using halo = await started();
    halo.psa.mergeClients(12, 14);
    expect(await ids(halo, '/api/SoftwareLicence?client_id=14', 'licences')).toEqual([101]);
    expect(await ids(halo, '/api/SoftwareLicence?client_id=12', 'licences')).toEqual([]);
    expect(await ids(halo, '/api/Site?client_id=14', 'sites')).toEqual([1, 2]);
    expect((await halo.get('/api/Client/12')).status).toBe(404);
  });
});

describe('rows of a sandbox Halo', () => {
  it('of clients carry what rows seen in production always carry, and the main site only when told to', async () => {
    await using halo = await started();
    const row = async (): Promise<AnyRow | undefined> => (await halo.get<Envelope>('/api/Client')).body['clients']?.[1];
    expect(await row()).toMatchObject({
      id: 14,
      name: 'Alder Ltd',
      inactive: false,
      toplevel_id: 2,
      toplevel_name: 'Marketplace',
      ref: 'kept by hand',
    });
    expect(await row()).not.toHaveProperty('main_site_id');
    expect(await row()).not.toHaveProperty('logo');
    halo.psa.set({ mainSiteInLists: true, refInLists: false, extraListFields: true });
    expect(await row()).toMatchObject({ main_site_id: 2, main_site_name: 'Head office', logo: expect.stringMatching(/^data:image/) });
    expect(await row()).not.toHaveProperty('ref');
    expect((await halo.get('/api/Client/14')).body).toMatchObject({ ref: 'kept by hand', main_site_id: 2 });
  });

  it('of sites show the delivery address as the switch says', async () => {
    await using halo = await started();
    const row = async (query = ''): Promise<AnyRow | undefined> => (await halo.get<Envelope>(`/api/Site${query}`)).body['sites']?.[0];
    expect(await row()).toMatchObject({
      client_id: 12,
      country_code: 'GB',
      delivery_address_line1: '1 Quay',
      delivery_address_line5: 'HU1',
    });
    expect(await row('?includeaddress=true')).not.toHaveProperty('delivery_address');
    halo.psa.set({ siteAddress: 'object' });
    expect(await row()).not.toHaveProperty('delivery_address');
    expect(await row('?includeaddress=true')).toMatchObject({ delivery_address: { line1: '1 Quay', line3: 'Hull', postcode: 'HU1' } });
    expect(await row()).not.toHaveProperty('delivery_address_line1');
    halo.psa.set({ siteAddress: 'absent' });
    expect(await row('?includeaddress=true')).not.toHaveProperty('delivery_address');
    expect((await halo.get('/api/Site/1')).body).toMatchObject({ delivery_address: { line1: '1 Quay' } });
  });

  it('of licences show names beside ids, prices as stored, and snowid only where the switches let it', async () => {
    await using halo = await started();
    const row = async (): Promise<AnyRow | undefined> => (await halo.get<Envelope>('/api/SoftwareLicence')).body['licences']?.[0];
    expect(await row()).toMatchObject({
      id: 101,
      client_name: 'Harbour & Sons',
      price: 11.3333,
      count: 5,
      snowid: 'sub-1',
      is_active: true,
    });
    halo.psa.set({ snowidInLists: false });
    expect(await row()).not.toHaveProperty('snowid');
    expect((await halo.get('/api/SoftwareLicence/101')).body['snowid']).toBe('sub-1');
  });

  it.each([
    ['1900', '1900-01-01T00:00:00'],
    ['1901', '1901-01-01T00:00:00'],
    ['0001', '0001-01-01T00:00:00'],
    ['null', null],
  ] as const)('show an empty date as %s', async (emptyDate, shown) => {
    await using halo = await started({ emptyDate });
    expect((await halo.get('/api/SoftwareLicence/101')).body).toMatchObject({ end_date: shown, start_date: '2026-02-01T00:00:00' });
  });

  it('show dates with Z, and names with entities, when told to', async () => {
    await using halo = await started({ dateSuffixZ: true, escapesHtml: true });
    const { body } = await halo.get('/api/SoftwareLicence/101');
    expect(body).toMatchObject({ start_date: '2026-02-01T00:00:00Z', end_date: '1900-01-01T00:00:00Z', client_name: 'Harbour &amp; Sons' });
    expect((await halo.get('/api/Client/12')).body['name']).toBe('Harbour &amp; Sons');
  });
});

describe('one record of a sandbox Halo', () => {
  it('that is not there is a 404, or one of two kinds of 200', async () => {
    await using halo = await started();
    const answer = await halo.get('/api/Client/999');
    expect([answer.status, answer.text]).toEqual([404, '']);
    halo.psa.set({ unknownIdGet: 'empty-object' });
    expect((await halo.get('/api/Client/999')).body).toEqual({});
    halo.psa.set({ unknownIdGet: 'id-zero' });
    expect((await halo.get('/api/Client/999')).body.id).toBe(0);
  });

  it('that was deleted is a 404, or shown as deleted', async () => {
    await using halo = await started();
    expect((await halo.call('DELETE', '/api/SoftwareLicence/101')).body).toMatchObject({ id: 101, deleted: true });
    expect((await halo.get('/api/SoftwareLicence/101')).status).toBe(404);
    halo.psa.set({ deletedById: '200' });
    expect((await halo.get('/api/SoftwareLicence/101')).body).toMatchObject({ id: 101, deleted: true });
  });
});

describe('the other lists of a sandbox Halo', () => {
  it('have the envelopes of their resources', async () => {
    await using halo = await started();
    expect((await halo.get<Envelope>('/api/TopLevel')).body['trees']).toMatchObject([{ id: 1 }, { id: 2, parentid: 1 }]);
    halo.psa.set({ topLevelEnvelope: 'array' });
    expect((await halo.get('/api/TopLevel')).body).toMatchObject([{ name: 'Customers' }, { name: 'Marketplace' }]);
    expect((await halo.get<Envelope>('/api/Supplier')).body['suppliers']).toMatchObject([{ id: 7, name: 'Ingram Micro' }]);
    expect((await halo.get<Envelope>('/api/Item')).body).toMatchObject({ record_count: 0, items: [] });
    expect((await halo.get('/api/Agent')).body).toMatchObject([{ id: 3, name: 'API agent' }]);
    expect((await halo.get('/api/TicketType')).body).toMatchObject([{ id: 21, name: 'Alert' }]);
    expect((await halo.get<Envelope>('/api/ExternalLink')).body).toMatchObject({ record_count: 0, links: [] });
    halo.psa.set({ externalLinkEnvelope: 'array' });
    expect((await halo.get('/api/ExternalLink')).body).toEqual([]);
    expect((await halo.get('/api/Control')).body).toMatchObject({ use_subscription_status_for_invoice_line_status: false });
  });

  it('show which of its own modules are on', async () => {
    await using halo = await started();
    const enabled = async (): Promise<unknown[]> =>
      (await halo.get<AnyRow[]>('/api/Features?showenabled=true')).body.map((row) => row['module_name']);
    expect(await enabled()).toEqual(['Service Desk', 'Software Licensing']);
    halo.psa.set({ nativeIngram: true, nativeCsp: true });
    expect(await enabled()).toEqual(['Service Desk', 'Software Licensing', 'Microsoft CSP', 'Ingram Micro']);
  });
});
