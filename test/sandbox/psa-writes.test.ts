import { describe, expect, it } from '@jest/globals';
import { started, stored, type AnyRow } from './psa-fixture.js';

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
