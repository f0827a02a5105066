import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

describe('What a person decides while an import is under way', () => {
  let on: Stage;
  let clientId: number;
  let customerId: string;
  let subscriptionId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    clientId = await addClient(on, 'Contoso');
    await addClient(on, 'Woodgrove');
    customerId = addCustomer(on, 'Contoso');
    subscriptionId = addSubscription(on, customerId);
    addSubscription(on, addCustomer(on, 'Woodgrove'));
  });
  afterAll(() => on.close());

  /** Runs an import in which somebody decides once its plan is stored, right before the first licence is created. */
  async function deciding(decide: () => Promise<void>): Promise<Ran> {
    const { connect } = on.deps;
    const id = await on.queue();
    let decided = false;
    await runImport(
      {
        ...on.deps,
        async connect(...args: Parameters<typeof connect>) {
          const vendors = await connect(...args);
          const create = vendors.psa.createLicences.bind(vendors.psa);
          vendors.psa.createLicences = async (licences) => {
            if (!decided) await decide();
            decided = true;
            return create(licences);
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
});
