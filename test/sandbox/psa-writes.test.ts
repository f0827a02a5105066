import { describe, expect, it } from '@jest/globals';
import type { Row } from '../../src/sandbox/psa/index.js';
import { started, type AnyRow, type Running } from './psa-fixture.js';

function stored(rows: Row[], id: number): Row | undefined {
  return rows.find((row) => row.id === id);
}

/** How a POST of licences is refused, having written nothing. */
async function refusal(halo: Running, body: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await halo.post<unknown>('/api/SoftwareLicence', body);
  expect(halo.psa.writes()).toEqual({ clients: 0, sites: 0, licences: 0, tickets: 0 });
  return { status: answer.status, body: answer.body };
}

describe('a POST of one record to a sandbox Halo', () => {
  it('creates it over the defaults of the database and answers with it alone', async () => {
    await using halo = await started();
    const answer = await halo.post('/api/SoftwareLicence', [{ name: 'New', count: 3, client_id: 14, usertype: 1 }]);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: 103,
      name: 'New',
      type: 0,
      count: 3,
      client_name: 'Alder Ltd',
      site_id: 0,
      is_active: true,
      deleted: false,
      tenant_id: '',
      billing_cycle: '',
      price: 0,
      end_date: '1900-01-01T00:00:00',
      _warning: null,
    });
    expect(answer.body).not.toHaveProperty('usertype');
    expect(halo.psa.writes()).toEqual({ clients: 0, sites: 0, licences: 1, tickets: 0 });
    halo.psa.set({ createStatus: 200 });
    expect((await halo.post('/api/SoftwareLicence', [{ id: 0, name: 'Another' }])).status).toBe(200);
  });

  it('updates only what it names', async () => {
    await using halo = await started();
    const answer = await halo.post('/api/SoftwareLicence', [{ id: 101, count: 9 }]);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: 101, count: 9, name: 'Business Premium', snowid: 'sub-1', price: 11.3333 });
  });

  it('takes null in an update as not said, or as empty', async () => {
    await using halo = await started();
    await halo.post('/api/SoftwareLicence', [{ id: 101, snowid: null, start_date: null }]);
    expect(stored(halo.psa.licences(), 101)).toMatchObject({ snowid: 'sub-1', start_date: '2026-02-01T00:00:00' });
    halo.psa.set({ nullOnUpdate: 'clears' });
    await halo.post('/api/SoftwareLicence', [{ id: 101, snowid: null, start_date: null }]);
    expect(stored(halo.psa.licences(), 101)).toMatchObject({ snowid: null, start_date: null });
  });

  it('bears numbers as texts and the other way round', async () => {
    await using halo = await started();
    await halo.post('/api/SoftwareLicence', [{ id: 101, count: '130', vendor: 7, price: '9.5', is_active: 'false' }]);
    expect(stored(halo.psa.licences(), 101)).toMatchObject({ count: 130, vendor: '7', price: 9.5, is_active: false });
  });

  it('keeps dates as UTC, whatever zone they came in', async () => {
    await using halo = await started();
    for (const date of ['2026-01-29T20:00:00.000Z', '2026-01-29T22:00:00+02:00', '2026-01-29T20:00:00']) {
      expect((await halo.post('/api/SoftwareLicence', [{ id: 101, end_date: date }])).body['end_date']).toBe('2026-01-29T20:00:00');
    }
    expect((await halo.post('/api/SoftwareLicence', [{ id: 101, end_date: '1901-01-01T00:00:00' }])).body['end_date']).toBe(
      '1901-01-01T00:00:00',
    );
    expect((await halo.post('/api/SoftwareLicence', [{ id: 101, end_date: '2026-03-01' }])).body['end_date']).toBe('2026-03-01T00:00:00');
  });

  it('rounds prices when told to, and forgets the fields it is told to', async () => {
    await using halo = await started({ priceDecimals: 2, dropsFields: ['autorenew'], keepsSnowid: false });
    const { body } = await halo.post('/api/SoftwareLicence', [
      { name: 'New', price: 11.3333, purchase_price: 2.005, autorenew: true, snowid: 'key' },
    ]);
    expect(body).toMatchObject({ price: 11.33, autorenew: false, snowid: null });
  });

  it('writes no site and no client for minus one', async () => {
    await using halo = await started();
    expect((await halo.post('/api/SoftwareLicence', [{ name: 'New', client_id: -1, site_id: -1 }])).body).toMatchObject({
      client_id: 0,
      site_id: 0,
    });
  });

  it('warns when told to, and saves all the same', async () => {
    await using halo = await started({ warnings: true });
    expect((await halo.post('/api/SoftwareLicence', [{ id: 101, count: 1 }])).body['_warning']).toMatch(/Business Premium was saved/);
  });
});

describe('what a sandbox Halo refuses', () => {
  it.each([
    ['an object that is not in an array', { name: 'x' }, ''],
    ['nothing', undefined, ''],
    ['cut JSON', '[{"name":', ''],
    ['an element that is no object', [{ name: 'x' }, 7], '[1]'],
    ['a count with a fraction', [{ name: 'x', count: 95.5 }], '[0].count'],
    ['a count with a fraction, as text', [{ name: 'x', count: '95.0' }], '[0].count'],
    ['a count beyond 32 bits', [{ name: 'x', count: 2_147_483_648 }], '[0].count'],
    ['an id that is none', [{ id: 'x' }], '[0].id'],
    ['a price that is no number', [{ name: 'x', price: '1,50' }], '[0].price'],
    ['a flag that is none', [{ name: 'x', is_active: 1 }], '[0].is_active'],
    ['a text that is an object', [{ name: { en: 'x' } }], '[0].name'],
    ['a date that is none', [{ name: 'x', end_date: '2026-02-30' }], '[0].end_date'],
    ['a date in words', [{ name: 'x', end_date: 'tomorrow' }], '[0].end_date'],
  ])('%s, with a 400 keyed by path', async (_name, body, key) => {
    await using halo = await started();
    const answer = await refusal(halo, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ [key]: [expect.any(String)] });
  });

  it('the same inside ProblemDetails', async () => {
    await using halo = await started({ bindingShape: 'problem-details' });
    const answer = await refusal(halo, [{ count: 'x' }]);
    expect(answer).toMatchObject({ status: 400, body: { status: 400, errors: { '[0].count': ["The value 'x' is not valid."] } } });
  });

  it('an array as a whole when one element does not fit', async () => {
    await using halo = await started();
    expect(
      (
        await refusal(halo, [
          { id: 101, count: 1 },
          { id: 102, count: 'x' },
        ])
      ).body,
    ).toHaveProperty(['[1].count']);
  });

  it.each([
    ['no name', { client_id: 12 }],
    ['a blank name', { name: '  ' }],
    ['a client that is not there', { name: 'x', client_id: 999 }],
  ])('a new licence with %s', async (_name, element) => {
    await using halo = await started();
    expect(await refusal(halo, [element])).toMatchObject({ status: 400, body: { ClassName: 'System.Exception' } });
  });

  it('a new licence without any other field it is told to need', async () => {
    await using halo = await started({ licenceNeeds: ['name', 'supplier_id'] });
    expect(await refusal(halo, [{ name: 'x', client_id: 12 }])).toMatchObject({
      body: { Message: expect.stringContaining('supplier_id') },
    });
    expect((await halo.post('/api/SoftwareLicence', [{ name: 'x', supplier_id: 7 }])).body['supplier_name']).toBe('Ingram Micro');
  });

  it('an empty array', async () => {
    await using halo = await started();
    expect((await refusal(halo, [])).status).toBe(400);
  });

  it('texts longer than their column, as the database does, or cuts them', async () => {
    await using halo = await started();
    expect(await refusal(halo, [{ name: 'x', tenant_id: 'y'.repeat(101) }])).toMatchObject({
      status: 500,
      body: { ClassName: expect.stringContaining('SqlException'), Message: expect.stringContaining('would be truncated') },
    });
    halo.psa.set({ overlong: 'truncate' });
    const cut = await halo.post('/api/SoftwareLicence', [{ name: 'x', tenant_id: 'y'.repeat(101) }]);
    expect(cut.body['tenant_id']).toBe('y'.repeat(100));
  });

  it('a date before 1753, as the database does', async () => {
    await using halo = await started();
    expect((await refusal(halo, [{ name: 'x', end_date: '0001-01-01T00:00:00' }])).status).toBe(500);
  });

  it('an update of an id that is not there, or takes it for a new record', async () => {
    await using halo = await started();
    expect((await refusal(halo, [{ id: 999, name: 'x' }])).status).toBe(404);
    halo.psa.set({ unknownIdUpdate: '400' });
    expect((await refusal(halo, [{ id: 999, name: 'x' }])).status).toBe(400);
    halo.psa.set({ unknownIdUpdate: 'insert' });
    expect(await halo.post('/api/SoftwareLicence', [{ id: 999, name: 'x' }])).toMatchObject({ status: 201, body: { id: 103 } });
  });

  it.each([
    [1, expect.objectContaining({ ClassName: 'System.Exception', Message: expect.stringContaining('name') })],
    [2, { Message: expect.stringContaining('name') }],
    [3, { resultCode: -1, errorMessage: expect.stringContaining('name') }],
    [4, { error: 'invalid_request', error_description: expect.stringContaining('name') }],
    [5, expect.stringContaining('name')],
    [6, { '[0].name': [expect.stringContaining('name')], name: [expect.any(String)] }],
    [7, expect.stringContaining('<html>')],
    ['empty', ''],
    ['problem-details', expect.objectContaining({ status: 500, errors: { '[0].name': [expect.stringContaining('name')] } })],
  ] as const)('on business grounds in shape %s, with the status of the switch', async (errorShape, body) => {
    await using halo = await started({ errorShape, businessStatus: 500 });
    const answer = await refusal(halo, [{ count: 1 }]);
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual(body);
  });
});

describe('a POST of several records to a sandbox Halo', () => {
  const two = [
    { name: 'First', client_id: 12 },
    { name: 'Second', client_id: 12 },
  ];

  it.each([
    ['last', '', 'Second'],
    ['last', '?returnall=true', 'Second'],
    ['all', '', ['First', 'Second']],
    ['all-when-asked', '', 'Second'],
    ['all-when-asked', '?returnall=true', ['First', 'Second']],
  ] as const)('answers with %s%s', async (arrayAnswer, query, names) => {
    await using halo = await started({ arrayAnswer });
    const { body } = await halo.post<AnyRow | AnyRow[]>(`/api/SoftwareLicence${query}`, two);
    expect(Array.isArray(body) ? body.map((row) => row['name']) : body['name']).toEqual(names);
  });

  it('keeps what came before the failing one, and nothing after it', async () => {
    await using halo = await started();
    const answer = await halo.post('/api/SoftwareLicence', [two[0], { count: 1 }, two[1]]);
    expect(answer.status).toBe(400);
    expect(halo.psa.licences()).toHaveLength(3);
    expect(halo.psa.writes().licences).toBe(1);
  });

  it('keeps nothing of it when arrays are atomic', async () => {
    await using halo = await started({ arrayAtomic: true });
    const before = halo.psa.licences();
    expect((await halo.post('/api/SoftwareLicence', [{ id: 101, count: 9, client_id: 14 }, two[0], { count: 1 }])).status).toBe(400);
    expect(halo.psa.licences()).toEqual(before);
    expect(halo.psa.writes().licences).toBe(0);
    const list = await halo.get<{ licences: AnyRow[] }>('/api/SoftwareLicence?client_id=12');
    expect(list.body.licences.map((row) => row.id)).toEqual([101]);
  });

  it('is refused when arrays are', async () => {
    await using halo = await started({ arraysAccepted: false });
    expect((await halo.post('/api/SoftwareLicence', two)).status).toBe(400);
    expect((await halo.post('/api/SoftwareLicence', two.slice(0, 1))).status).toBe(201);
  });
});

describe('a client of a sandbox Halo', () => {
  it('comes with its main site, filled from the fields for it', async () => {
    await using halo = await started();
    const { body } = await halo.post('/api/Client', [
      {
        name: 'Fresh & Co',
        toplevel_id: 2,
        ref: 'ingram/uk/9',
        newclient_sitename: 'Headquarters',
        newclient_delivery_address: { line1: '5 High Street', line3: 'Leeds', postcode: 'LS1' },
        newclient_countrycode: 'GB',
        newclient_contactname: 'Ada Field',
        newclient_phonenumber: '0113',
      },
    ]);
    expect(body).toMatchObject({ name: 'Fresh & Co', toplevel_name: 'Marketplace', ref: 'ingram/uk/9', main_site_name: 'Headquarters' });
    const site = await halo.get(`/api/Site/${String(body['main_site_id'])}`);
    expect(site.body).toMatchObject({
      client_id: body.id,
      name: 'Headquarters',
      country_code: 'GB',
      phonenumber: '0113',
      maincontact_name: 'Ada Field',
      delivery_address: { line1: '5 High Street', line2: '', line3: 'Leeds', postcode: 'LS1' },
    });
    expect(halo.psa.writes()).toMatchObject({ clients: 1, sites: 1 });
  });

  it('needs a name only: the site is called Main and the first top level is taken', async () => {
    await using halo = await started();
    expect((await halo.post('/api/Client', [{ name: 'Bare' }])).body).toMatchObject({ toplevel_id: 1, main_site_name: 'Main' });
    expect((await halo.post('/api/Client', [{ ref: 'x' }])).status).toBe(400);
    expect((await halo.post('/api/Client', [{ name: 'Lost', toplevel_id: 99 }])).status).toBe(400);
  });

  it('is not kept when its site does not fit', async () => {
    await using halo = await started();
    const answer = await halo.post('/api/Client', [{ name: 'Too far', newclient_countrycode: 'much too long for a code' }]);
    expect(answer.status).toBe(500);
    expect([halo.psa.clients().length, halo.psa.sites().length]).toEqual([3, 3]);
    expect(halo.psa.writes()).toMatchObject({ clients: 0, sites: 0 });
  });

  it('may share its name, unless names are refused twice', async () => {
    await using halo = await started();
    expect((await halo.post('/api/Client', [{ name: 'Alder Ltd' }])).status).toBe(201);
    halo.psa.set({ duplicateNames: 'refused' });
    expect((await halo.post('/api/Client', [{ name: 'ALDER LTD' }])).status).toBe(400);
    expect((await halo.post('/api/Client', [{ id: 12, name: 'Harbour & Sons' }])).status).toBe(200);
  });

  it('forgets its ref when told to', async () => {
    await using halo = await started({ keepsClientRef: false });
    expect((await halo.post('/api/Client', [{ name: 'New', ref: 'key' }])).body['ref']).toBeNull();
  });

  it('is merged into another by a POST', async () => {
    await using halo = await started();
    await halo.post('/api/Client', [{ id: 12, _merge_client_into: 14 }]);
    expect(stored(halo.psa.licences(), 101)).toMatchObject({ client_id: 14 });
    expect(stored(halo.psa.clients(), 12)).toBeUndefined();
  });

  it('cannot be deleted while something hangs on it', async () => {
    await using halo = await started();
    expect((await halo.call('DELETE', '/api/Client/12')).status).toBe(400);
    expect((await halo.call('DELETE', '/api/Client/14')).body).toMatchObject({ id: 14 });
    expect(halo.psa.sites()).toHaveLength(2);
  });
});

describe('the address of a site in a sandbox Halo', () => {
  it('is changed in place with its id: lines not named stay', async () => {
    await using halo = await started();
    const before = (await halo.get<{ delivery_address: AnyRow }>('/api/Site/1')).body.delivery_address;
    const posted = [{ id: 1, country_code: 'IE', delivery_address: { id: before.id, line1: '2 Quay', line4: null } }];
    expect((await halo.post('/api/Site', posted)).body).toMatchObject({
      country_code: 'IE',
      name: 'Main',
      delivery_address: { id: before.id, line1: '2 Quay', line3: 'Hull', postcode: 'HU1' },
    });
  });

  it('is replaced without its id: lines not named are empty', async () => {
    await using halo = await started();
    const { body } = await halo.post('/api/Site', [{ id: 1, delivery_address: { line1: '2 Quay' } }]);
    expect(body['delivery_address']).toMatchObject({ line1: '2 Quay', line3: '', postcode: '' });
  });

  it('belongs to a client that is there', async () => {
    await using halo = await started();
    expect((await halo.post('/api/Site', [{ name: 'Depot' }])).status).toBe(400);
    expect((await halo.post('/api/Site', [{ name: 'Depot', client_id: 999 }])).status).toBe(400);
    expect((await halo.post('/api/Site', [{ name: 'Depot', client_id: 12 }])).body).toMatchObject({ client_name: 'Harbour & Sons' });
    expect((await halo.post('/api/Client', [{ id: 14, main_site_id: 4 }])).status).toBe(400);
    expect((await halo.post('/api/Client', [{ id: 12, main_site_id: 4 }])).body['main_site_name']).toBe('Depot');
    expect((await halo.call('DELETE', '/api/Site/4')).status).toBe(400);
  });
});

describe('tickets of a sandbox Halo', () => {
  const alert = { summary: 'Import failed', details_html: '<p>x</p>', tickettype_id: 21, client_id: 12, usertype: 1, _novalidate: true };

  it('are opened, noted on and closed', async () => {
    await using halo = await started();
    const ticket = (await halo.post('/api/Tickets', [alert])).body;
    expect(ticket).toMatchObject({ summary: 'Import failed', status_id: 1, hasbeenclosed: false, client_name: 'Harbour & Sons' });
    const note = await halo.post('/api/Actions', [
      { ticket_id: ticket.id, outcome_id: 7, note_html: '<p>Still so</p>', hiddenfromuser: true },
    ]);
    expect(note.body).toMatchObject({ outcome: 'Internal Note' });
    await halo.post('/api/Tickets', [{ id: ticket.id, status_id: 9 }]);
    expect((await halo.get(`/api/Tickets/${ticket.id}?includedetails=true`)).body).toMatchObject({ hasbeenclosed: true });
    expect((await halo.get<{ tickets: AnyRow[] }>('/api/Tickets?open_only=true')).body.tickets).toEqual([]);
    expect((await halo.get<{ actions: AnyRow[] }>(`/api/Actions?ticket_id=${ticket.id}`)).body.actions).toHaveLength(1);
    expect(halo.psa.tickets()).toHaveLength(1);
  });

  it('need a summary and a type; a note needs an outcome and a ticket', async () => {
    await using halo = await started();
    expect((await halo.post('/api/Tickets', [{ ...alert, summary: '' }])).status).toBe(400);
    expect((await halo.post('/api/Tickets', [{ ...alert, tickettype_id: 99 }])).status).toBe(400);
    const refused = await halo.post<unknown>('/api/Actions', [{ ticket_id: 1, note_html: 'x' }]);
    expect([refused.status, refused.body]).toEqual([400, 'An Outcome must be entered for this Action']);
    expect((await halo.post('/api/Actions', [{ ticket_id: 99, outcome: 'Note' }])).status).toBe(400);
  });
});

describe('what people do in a sandbox Halo between two calls', () => {
  it('is seen by the next one, and is no write', async () => {
    await using halo = await started();
    const id = halo.psa.addLicence({ name: 'By hand', client_id: 14, is_active: true });
    halo.psa.patchLicence(101, { client_id: 14 });
    halo.psa.dropLicence(102);
    halo.psa.patchClient(14, { name: 'Alder' });
    halo.psa.patchSite(1, { name: 'Works' });
    const list = await halo.get<{ licences: AnyRow[] }>('/api/SoftwareLicence?client_id=14&includeinactive=true');
    expect(list.body.licences).toMatchObject([
      { id: 101, client_name: 'Alder' },
      { id, client_name: 'Alder' },
    ]);
    expect((await halo.get('/api/Site/1')).body['name']).toBe('Works');
    expect(() => halo.psa.patchLicence(102, { count: 1 })).toThrow('there is no licence 102');
    expect(halo.psa.writes()).toEqual({ clients: 0, sites: 0, licences: 0, tickets: 0 });
  });
});
