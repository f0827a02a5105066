import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, EMPTY } from './people.js';
import { stage, type RunOptions, type Stage } from './stage.js';

const HOUR = 3_600_000;
const ADDRESS = { streetAddress: '1 Main St', postalCode: '12207', city: 'Albany', state: 'NY', countryCode: 'US' };

describe('Which customers an import asks for by their ids', () => {
  let on: Stage;
  let mapped: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await on.set({ clientImport: { updateMainSiteAddress: true } });
    await addClient(on, 'Contoso');
    mapped = addCustomer(on, 'Contoso', { address: ADDRESS });
  });
  afterAll(() => on.close());

  const change = (customerId: string, patch: object): void =>
    void Object.assign(on.sandbox.marketplace.world.customers.get(customerId)!, patch);
  const addressAt = (name: string): unknown => {
    const client = on.sandbox.psa.clients().find((row) => row['name'] === name)!;
    return on.sandbox.psa.sites().find((site) => site.id === client['main_site_id'])!['delivery_address'];
  };

  async function asked(options: RunOptions = {}): Promise<string[]> {
    on.sandbox.kernel.calls.clear();
    await on.run({ entities: ['customers'], ...options });
    return on.sandbox.kernel.calls
      .all()
      .flatMap((call) => /^\/customers\/(\d+)$/.exec(call.path)?.[1] ?? [])
      .toSorted();
  }

  it('one whose address is wanted, once, and not again an hour after', async () => {
    expect(await asked()).toEqual([mapped]);
    on.sandbox.kernel.clock.advance(HOUR);
    expect(await asked()).toEqual([]);
  });

  it('one that is to be created, once for its preview and the import after it', async () => {
    await on.set({ clientImport: { updateMainSiteAddress: false } });
    const fresh = addCustomer(on, 'Fabrikam', { address: ADDRESS });
    expect(await asked({ preview: true })).toEqual([fresh]);
    expect(await asked()).toEqual([]);
    expect(addressAt('Fabrikam')).toMatchObject({ line1: '1 Main St', postcode: '12207' });
  });

  it('one whose list row changed, and no other', async () => {
    await addClient(on, 'Fabrikam');
    const other = addCustomer(on, 'Fabrikam', { address: ADDRESS });
    expect(await asked()).toEqual([mapped, other].toSorted());
    change(other, { status: 'creditHold' });
    expect(await asked()).toEqual([other]);
  });

  it('all of them every day, so that an address that moved is followed', async () => {
    await asked();
    change(mapped, { address: { ...ADDRESS, streetAddress: '2 Side St' } });
    on.sandbox.kernel.clock.advance(24 * HOUR);
    expect(await asked()).toEqual([mapped]);
    expect(addressAt('Contoso')).toMatchObject({ line1: '2 Side St' });
  });

  it('the one that an import is for, always', async () => {
    await asked();
    expect(await asked({ customerId: mapped })).toEqual([mapped]);
  });
});
