import { describe, expect, it } from '@jest/globals';
import { envelope, list, rows } from './client-lists.js';
import { withClient, withHalo, type Reaction } from './halo.js';

describe('a record by id', () => {
  it.each<[string, Reaction]>([
    ['404', { status: 404 }],
    ['an empty object', { body: {} }],
    ['id 0', { body: { id: 0, name: null } }],
    ['another record', { body: { id: 13, name: 'Other' } }],
  ])('is null for %s', async (_, reaction) => {
    await withHalo(
      ({ path }) => (path === '/api/Client/12' ? reaction : undefined),
      async (halo) => expect(await withClient(halo.url, (client) => client.client('12'))).toBeNull(),
    );
  });

  it.each<[string, Reaction]>([
    ['a web page', { body: '<html></html>' }],
    ['an error with a status of success', { body: { ClassName: 'System.Exception', Message: 'Timeout expired.' } }],
  ])('is not null, but an error, for anything unreadable: %s', async (_, reaction) => {
    await withHalo(
      ({ path }) => (path === '/api/Client/12' ? reaction : undefined),
      async (halo) => {
        await expect(withClient(halo.url, (client) => client.client('12'))).rejects.toMatchObject({ kind: 'bad_answer' });
      },
    );
  });

  it('carries the main site, our key and the mark of the native module', async () => {
    const body = {
      id: 12,
      name: 'A &amp; B',
      inactive: true,
      ref: 'ingram/us/7',
      toplevel_id: 2,
      main_site_id: 40,
      ingram_micro_details_id: 1,
    };
    await withHalo(
      ({ path }) => (path === '/api/Client/12' ? { body } : undefined),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.client('12'))).toEqual({
          clientId: '12',
          name: 'A & B',
          inactive: true,
          ref: 'ingram/us/7',
          topLevelId: '2',
          mainSiteId: '40',
          nativeIngram: true,
        });
      },
    );
  });

  it('says of a licence whether it is deleted, and fed by a Microsoft connection', async () => {
    await withHalo(
      ({ path }) =>
        path === '/api/SoftwareLicence/5' ? { body: { id: 5, client_id: 3, deleted: true, azure_connection_id: 2 } } : undefined,
      async (halo) => {
        const licence = await withClient(halo.url, (client) => client.licence('5'));
        expect(licence).toEqual({ licenceId: '5', clientId: '3', client_id: '3', deleted: true, azureConnected: true });
      },
    );
  });

  it('shows a site with its address, nested or flat, and its client as an id', async () => {
    const nested = {
      id: 9,
      name: 'Main',
      client_id: 12.0,
      country_code: 'US',
      delivery_address: { id: 4, line1: '1 Main St', line2: '', postcode: '89501' },
    };
    const flat = { id: 9, name: 'Main', client_id: 12, delivery_address_line1: '1 Main St', delivery_address_line5: '89501' };
    const answers = [nested, flat];
    await withHalo(
      ({ path }) => (path === '/api/Site/9' ? { body: answers.shift() } : undefined),
      async (halo) => {
        await withClient(halo.url, async (client) => {
          const site = { siteId: '9', clientId: '12', name: 'Main', inactive: false };
          expect(await client.site('9')).toEqual({
            ...site,
            countryCode: 'US',
            address: { addressId: '4', line1: '1 Main St', postcode: '89501' },
          });
          expect(await client.site('9')).toEqual({ ...site, address: { line1: '1 Main St', postcode: '89501' } });
        });
      },
    );
  });
});

describe('pickers', () => {
  it.each([
    ['a bare array', (trees: object[]) => trees],
    ['an envelope', (trees: object[]) => ({ trees })],
  ])('list the top levels from %s', async (_, wrap) => {
    const trees = [
      { id: 1, name: 'MSP' },
      { id: 2, name: 'Customers', parentid: 1 },
      { id: 3, name: 'Team', agent_department: true },
    ];
    await withHalo(
      ({ path }) => (path === '/api/TopLevel' ? { body: wrap(trees) } : undefined),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.topLevels())).toEqual([
          { topLevelId: '1', name: 'MSP' },
          { topLevelId: '2', name: 'Customers', parentId: '1' },
        ]);
      },
    );
  });

  it('search clients with one call', async () => {
    await withHalo(
      list(() => envelope(900, rows(1, 50))),
      async (halo) => {
        expect(await withClient(halo.url, (client) => client.searchClients(' a & b '))).toHaveLength(50);
        expect(halo.api()).toHaveLength(1);
        expect(halo.api()[0]?.query.get('search')).toBe('a & b');
      },
    );
  });
});
