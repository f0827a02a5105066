import { describe, expect, it } from '@jest/globals';
import { started, stored, type AnyRow } from './psa-fixture.js';

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
