import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PsaSwitches } from '../../src/sandbox/index.js';
import { addClient, addCustomer, EMPTY } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

const HERE = {
  streetAddress: '1 Main St',
  addressExtension: 'Unit 5',
  postalCode: '12207',
  city: 'Albany',
  state: 'NY',
  countryCode: 'US',
};
const LINES = { line1: '1 Main St', line2: 'Unit 5', line3: 'Albany', line4: 'NY', postcode: '12207' };

describe('The address of the main site', () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await on.set({ clientImport: { updateMainSiteAddress: true } });
  });
  afterAll(() => on.close());

  const siteOf = (clientId: number): Readonly<Record<string, unknown>> => {
    const client = on.sandbox.psa.clients().find((row) => row.id === clientId)!;
    return on.sandbox.psa.sites().find((site) => site.id === client['main_site_id'])!;
  };
  const addressOf = (clientId: number): object => {
    const { id: _id, ...lines } = siteOf(clientId)['delivery_address'] as Record<string, unknown>;
    return lines;
  };
  const sites = ({ changes }: Ran): Ran['changes'] => changes.filter((change) => change.entity === 'site');

  it('is brought into line, with before and after, once', async () => {
    const clientId = await addClient(on, 'Contoso', {
      newclient_delivery_address: { line1: 'Old Rd', line3: 'Troy', postcode: '12180' },
      newclient_countrycode: 'CA',
    });
    const customerId = addCustomer(on, 'Contoso', { address: HERE });
    const run = await on.run();
    expect(addressOf(clientId)).toEqual(LINES);
    expect(siteOf(clientId)).toMatchObject({ country_code: 'US', name: 'Main' });
    expect(sites(run)).toMatchObject([
      {
        action: 'update',
        state: 'applied',
        customerId,
        psaId: String(siteOf(clientId).id),
        before: { line1: 'Old Rd', line2: null, line3: 'Troy', line4: null, postcode: '12180', country_code: 'CA' },
        after: { ...LINES, country_code: 'US' },
      },
    ]);
    expect(run.row.counts.clients).toMatchObject({ updated: 1, linked: 1 });
    const again = await on.run();
    expect(again.changes).toEqual([]);
    expect(again.row.counts.clients).toMatchObject({ updated: 0, unchanged: 1 });
  });

  it('keeps its record, and every line that the marketplace does not give', async () => {
    const clientId = await addClient(on, 'Contoso', {
      newclient_delivery_address: { line1: 'Old Rd', line2: 'Back door', line4: 'NY', postcode: '1' },
    });
    const before = (siteOf(clientId)['delivery_address'] as { id: number }).id;
    addCustomer(on, 'Contoso', {
      address: { streetAddress: '1 Main St', addressExtension: '', postalCode: '12207', city: 'Albany', countryCode: 'US' },
    });
    const run = await on.run();
    expect(addressOf(clientId)).toEqual({ line1: '1 Main St', line2: 'Back door', line3: 'Albany', line4: 'NY', postcode: '12207' });
    expect((siteOf(clientId)['delivery_address'] as { id: number }).id).toBe(before);
    expect(Object.keys(sites(run)[0]!.planned).toSorted()).toEqual(['country_code', 'line1', 'line3', 'postcode']);
  });

  it('is left alone where that is not switched on, of new clients, of several customers at one client, and where nothing is given', async () => {
    const clientId = await addClient(on, 'Contoso', { newclient_delivery_address: { line1: 'Old Rd' } });
    const shared = await addClient(on, 'Group', { newclient_delivery_address: { line1: 'Group Rd' } });
    const bare = await addClient(on, 'Bare', { newclient_delivery_address: { line1: 'Bare Rd' } });
    addCustomer(on, 'Contoso', { address: HERE });
    addCustomer(on, 'Bare', { address: undefined });
    for (const name of ['One', 'Two']) await on.map(addCustomer(on, name, { address: HERE }), { clientId: String(shared) });
    addCustomer(on, 'Quite new', { address: HERE });
    await on.set({ clientImport: { updateMainSiteAddress: false } });
    expect(sites(await on.run())).toEqual([]);
    await on.set({ clientImport: { updateMainSiteAddress: true } });
    const run = await on.run();
    expect(sites(run).map((change) => change.psaId)).toEqual([String(siteOf(clientId).id)]);
    expect(addressOf(shared)).toMatchObject({ line1: 'Group Rd' });
    expect(addressOf(bare)).toMatchObject({ line1: 'Bare Rd' });
    // One of the two alone knows that it is not alone.
    const [one] = (await on.mappings()).filter((mapping) => mapping.clientId === String(shared));
    expect(sites(await on.run({ customerId: one!.customerId }))).toEqual([]);
  });

  it.each<[string, Partial<PsaSwitches>]>([
    ['as an object', { siteAddress: 'object' }],
    ['flat', { siteAddress: 'flat' }],
    ['not at all', { siteAddress: 'absent' }],
    ['with names escaped', { siteAddress: 'object', escapesHtml: true }],
  ])('is found where the list of sites shows it %s', async (_what, psa) => {
    on.sandbox.psa.set(psa);
    const clientId = await addClient(on, 'Contoso', { newclient_delivery_address: { line1: 'Old Rd' } });
    addCustomer(on, 'Contoso', { address: { ...HERE, streetAddress: 'Street <b> & "Co"' } });
    await on.run();
    expect(addressOf(clientId)).toMatchObject({ line3: 'Albany' });
    expect((await on.run()).changes).toEqual([]);
  });

  it('of a client with several sites is that of the main one', async () => {
    const clientId = await addClient(on, 'Contoso', { newclient_delivery_address: { line1: 'Old Rd' } });
    const other = await addClient(on, 'Other', { newclient_delivery_address: { line1: 'Branch Rd' } });
    const branch = siteOf(other);
    on.sandbox.psa.patchSite(Number(branch.id), { client_id: clientId });
    addCustomer(on, 'Contoso', { address: HERE });
    const run = await on.run();
    expect(sites(run).map((change) => change.psaId)).toEqual([String(siteOf(clientId).id)]);
    expect(on.sandbox.psa.sites().find((site) => site.id === branch.id)!['delivery_address']).toMatchObject({ line1: 'Branch Rd' });
  });

  it('that somebody sets back is written once more, and then named as not sticking', async () => {
    const clientId = await addClient(on, 'Contoso', { newclient_delivery_address: { line1: 'Old Rd' } });
    const customerId = addCustomer(on, 'Contoso', { address: HERE });
    await on.run();
    const site = siteOf(clientId);
    const address = site['delivery_address'] as Record<string, unknown>;
    on.sandbox.psa.patchSite(Number(site.id), { delivery_address: { ...address, line1: 'Old Rd' } });
    const run = await on.run();
    expect(run.changes).toEqual([]);
    expect(run.skips).toMatchObject([{ entity: 'customer', marketplaceId: customerId, reason: 'does_not_stick', psaId: String(site.id) }]);
    on.sandbox.marketplace.world.customers.get(customerId)!.address!.streetAddress = '2 Main St';
    // List rows do not carry addresses: the record is read again the day after.
    on.sandbox.kernel.clock.advance(24 * 3_600_000);
    expect(sites(await on.run())).toMatchObject([{ planned: { line1: '2 Main St' } }]);
  });

  it('is not touched by an import of subscriptions alone', async () => {
    await addClient(on, 'Contoso', { newclient_delivery_address: { line1: 'Old Rd' } });
    addCustomer(on, 'Contoso', { address: HERE });
    expect(sites(await on.run({ entities: ['subscriptions'] }))).toEqual([]);
  });
});
