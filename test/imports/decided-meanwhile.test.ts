import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

describe('What a person decides while an import is under way', () => {
  let on: Stage;
  let clientId: number;
  let customerId: string;
  let subscriptionId: string;
  /** A subscription of another customer. */
  let otherId: string;
  let otherCustomerId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    clientId = await addClient(on, 'Contoso');
    await addClient(on, 'Woodgrove');
    customerId = addCustomer(on, 'Contoso');
    subscriptionId = addSubscription(on, customerId);
    otherCustomerId = addCustomer(on, 'Woodgrove');
    otherId = addSubscription(on, otherCustomerId);
  });
  afterAll(() => on.close());

  /** Runs an import of the integrator in which somebody decides once its plan is stored, right before the first record of a kind is created or changed. */
  async function deciding(
    decide: () => Promise<void>,
    write: 'createLicences' | 'updateLicences' | 'updateSites' = 'createLicences',
  ): Promise<Ran> {
    const { connect } = on.deps;
    const id = await on.queue();
    await on.database.dataSource.query(`UPDATE imports SET trigger = 'integrator' WHERE id = $1`, [id]);
    let decided = false;
    await runImport(
      {
        ...on.deps,
        async connect(...args: Parameters<typeof connect>) {
          const vendors = await connect(...args);
          const send = vendors.psa[write].bind(vendors.psa) as (records: never) => Promise<never>;
          vendors.psa[write] = async (records: unknown) => {
            if (!decided) await decide();
            decided = true;
            return send(records as never);
          };
          return vendors;
        },
      },
      id,
      new AbortController().signal,
    );
    return on.result(id);
  }

  it('about a customer’s client: no licence is made at the one that it was before', async () => {
    const other = await addClient(on, 'Fabrikam');
    const { row, skips } = await deciding(() => on.map(customerId, { clientId: String(other) }));
    expect(keyedCount(on)).toBe(1);
    expect(row.counts.licences.created).toBe(1);
    expect(skips).toMatchObject([{ entity: 'subscription', marketplaceId: subscriptionId, line: 'A' }]);
    await on.run();
    expect(licenceOf(on, subscriptionId)['client_id']).toBe(other);
    expect((await on.run()).changes).toEqual([]);
  });

  it('about a customer, that it is to be ignored: none is made', async () => {
    await deciding(() => on.map(customerId, { state: 'ignored' }));
    expect(keyedCount(on)).toBe(1);
    expect((await on.run()).changes).toEqual([]);
  });

  it('about a line, that a licence there is its own: no twin is made', async () => {
    const adopted = on.sandbox.psa.addLicence({
      type: 1,
      site_id: 0,
      client_id: clientId,
      name: 'From elsewhere',
      count: 3,
      is_active: true,
      deleted: false,
      status: 'Active',
      snowid: '',
      vendor_product_sku: '',
      product_sku: '',
    });
    await deciding(() => on.link(subscriptionId, 'A', String(adopted)));
    expect(keyedCount(on)).toBe(1);
    await on.run();
    expect(licenceOf(on, subscriptionId)).toMatchObject({ id: adopted, count: 5 });
  });

  it('about a line, that it goes on in the licence of one that is over: that is not made inactive', async () => {
    addSubscription(on, customerId, [product('C')]);
    await on.run();
    const { dataSource } = on.database;
    await dataSource.query(`UPDATE psa_instances SET records_per_call = 1`);
    await dataSource.query(`UPDATE tenants SET integrator = integrator || '{"enabled": true, "deactivateDeleted": true}'`);
    for (const id of [subscriptionId, otherId]) on.sandbox.marketplace.world.changeSubscription(id, { status: 'removed' });
    const next = addSubscription(on, otherCustomerId, [product('B')]);
    const licenceId = licenceOf(on, otherId)['id'];
    const { changes, skips } = await deciding(() => on.link(next, 'B', String(licenceId), otherId), 'updateLicences');
    expect(on.sandbox.psa.licences().find(({ id }) => id === licenceId)).toMatchObject({ is_active: true });
    expect(licenceOf(on, subscriptionId)).toMatchObject({ is_active: false });
    expect(changes.map(({ action, subscriptionId: of, state }) => [action, of, state])).toEqual([
      ['deactivate', subscriptionId, 'applied'],
      ['deactivate', otherId, 'superseded'],
      ['create', next, 'superseded'],
    ]);
    expect(skips.map(({ marketplaceId, reason }) => [marketplaceId, reason])).toEqual([
      [otherId, 'ended'],
      [next, 'already_in_psa'],
    ]);
    await on.run();
    expect(on.sandbox.psa.licences().find(({ id }) => id === licenceId)).toMatchObject({ is_active: true, vendor_product_sku: 'B' });
  });

  const unmap = async (id: string): Promise<void> => {
    await on.database.dataSource.query(`UPDATE mappings SET archived_at = now() WHERE customer_id = $1`, [id]);
  };

  it.each([
    ['that it is to be ignored', 'ignored', () => on.map(otherCustomerId, { state: 'ignored' })],
    ['that it is no client', 'unmapped_customer', () => unmap(otherCustomerId)],
  ] as const)('about a customer, %s: its licences stay as they are', async (_what, reason, decide) => {
    await on.run();
    await on.database.dataSource.query(`UPDATE psa_instances SET records_per_call = 1`);
    for (const id of [subscriptionId, otherId]) on.sandbox.marketplace.world.changeSubscription(id, {}, { quantity: 9 });
    const { skips } = await deciding(decide, 'updateLicences');
    expect([subscriptionId, otherId].map((id) => licenceOf(on, id)['count'])).toEqual([9, 5]);
    expect(skips).toMatchObject([{ entity: 'subscription', marketplaceId: otherId, line: 'A', reason }]);
  });

  it('about a customer, that it is another client: the one that it was before keeps its address', async () => {
    await on.set({ clientImport: { updateMainSiteAddress: true } });
    await on.database.dataSource.query(`UPDATE psa_instances SET records_per_call = 1`);
    const there = await addClient(on, 'Fabrikam');
    const { skips, changes } = await deciding(() => on.map(otherCustomerId, { clientId: String(there) }), 'updateSites');
    const sites = changes.filter(({ entity }) => entity === 'site');
    expect(sites.map(({ customerId: of, state }) => [of, state])).toEqual([
      [customerId, 'applied'],
      [otherCustomerId, 'superseded'],
    ]);
    const left = on.sandbox.psa.sites().find(({ id }) => String(id) === sites[1]!.psaId)!;
    expect(left['delivery_address']).not.toMatchObject(sites[1]!.planned);
    expect(skips.filter(({ entity }) => entity === 'customer')).toMatchObject([
      { marketplaceId: otherCustomerId, reason: 'unmapped_customer' },
    ]);
  });

  it('about a customer whose client is to be created, while others are: none is made for it', async () => {
    await on.database.dataSource.query(`UPDATE psa_instances SET records_per_call = 1`);
    const [first, second, third] = ['Adventure', 'Blue Yonder', 'Coho'].map((name) => addCustomer(on, name)) as [string, string, string];
    const there = await addClient(on, 'Litware');
    await on.run({ customerId: first });
    let posted = 0;
    const { connect } = on.deps;
    const id = await on.queue();
    const deps = {
      ...on.deps,
      async connect(...args: Parameters<typeof connect>) {
        const vendors = await connect(...args);
        const create = vendors.psa.createClients.bind(vendors.psa);
        vendors.psa.createClients = async (clients) => {
          posted += 1;
          await on.map(third, { clientId: String(there) });
          return create(clients);
        };
        return vendors;
      },
    };
    await runImport(deps, id, new AbortController().signal);
    const refs = on.sandbox.psa.clients().map((client) => client['ref']);
    expect(posted).toBe(1);
    expect(refs).toContain(`ingram/us/${second}`);
    expect(refs).not.toContain(`ingram/us/${third}`);
    const { changes } = await on.result(id);
    expect(changes.find(({ customerId: of }) => of === third)).toMatchObject({ action: 'create', state: 'superseded' });
  });
});
