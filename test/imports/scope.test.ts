import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf, product } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

describe('What an import is for', () => {
  let on: Stage;
  let contoso: string;
  let fabrikam: string;
  let subscriptions: { contoso: string; fabrikam: string };
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    contoso = addCustomer(on, 'Contoso');
    fabrikam = addCustomer(on, 'Fabrikam');
    addCustomer(on, 'Woodgrove');
    subscriptions = { contoso: addSubscription(on, contoso), fabrikam: addSubscription(on, fabrikam) };
  });
  afterAll(() => on.close());

  const done = ({ changes }: Ran): string[] => changes.map((change) => `${change.entity} ${change.action} ${change.customerId}`);
  const details = (): string[] => on.sandbox.kernel.calls.all().flatMap((call) => /^\/subscriptions\/(\d+)$/.exec(call.path)?.[1] ?? []);

  it('one customer: its client and licences alone, read fresh', async () => {
    const run = await on.run({ customerId: contoso });
    expect(done(run)).toEqual([`client link ${contoso}`, `licence create ${contoso}`]);
    expect(run.skips).toEqual([]);
    expect(run.row).toMatchObject({ state: 'succeeded', customerId: contoso });
    expect(details()).toEqual([subscriptions.contoso]);
    on.sandbox.marketplace.world.changeSubscription(subscriptions.contoso, {}, { quantity: 11, silent: true });
    await on.run({ customerId: contoso });
    expect(details()).toEqual([subscriptions.contoso, subscriptions.contoso]);
    expect(licenceOf(on, subscriptions.contoso)['count']).toBe(11);
    expect((await on.mappings()).map((mapping) => mapping.customerId)).toEqual([contoso]);
  });

  it('one customer that has no client: it is created, with its licences', async () => {
    const run = await on.run({ customerId: fabrikam });
    expect(done(run)).toEqual([`client create ${fabrikam}`, `licence create ${fabrikam}`]);
    expect(on.sandbox.psa.clients().some((client) => client['name'] === 'Woodgrove')).toBe(false);
  });

  it('one customer: a name that another customer has, too, is still not alone', async () => {
    const namesake = addCustomer(on, 'CONTOSO');
    const run = await on.run({ customerId: contoso });
    expect(run.skips.map((skip) => skip.reason)).toEqual(['ambiguous_customer', 'ambiguous_customer']);
    expect(run.skips[0]!.detail).toContain(namesake);
    expect((await on.mappings()).map((mapping) => mapping.customerId)).toEqual([contoso]);
  });

  it('one customer that the marketplace does not show: the import fails and says so', async () => {
    const run = await on.run({ customerId: '4711' });
    expect(run.row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code: 'unknown_customer' } });
    expect(run.changes).toEqual([]);
  });

  it('one customer: rows of another one, from a server that ignores the filter, are dropped and counted', async () => {
    const { world } = on.sandbox.marketplace;
    const rows = [subscriptions.contoso, subscriptions.fabrikam].map((id) => world.subscriptions.get(id));
    on.sandbox.kernel.faults.add({
      vendor: 'marketplace',
      path: '^/subscriptions\\?.*customerId',
      times: 0,
      body: { data: rows, pagination: { offset: 0, limit: 500, total: 2 } },
    });
    const run = await on.run({ customerId: contoso });
    expect(done(run)).toEqual([`client link ${contoso}`, `licence create ${contoso}`]);
    expect(run.row.remarks).toEqual(['1 rows among the subscriptions belonged to somebody else and were dropped.']);
    expect(keyedCount(on)).toBe(1);
    const stored = (await on.database.dataSource.query(`SELECT subscription_id FROM subscriptions`)) as { subscription_id: string }[];
    expect(stored.map((row) => row.subscription_id)).toEqual([subscriptions.contoso]);
  });

  it('one client: all customers that are mapped to it, and no other', async () => {
    const clientId = await addClient(on, 'Group');
    for (const id of [contoso, fabrikam]) await on.map(id, { clientId: String(clientId) });
    const run = await on.run({ clientId: String(clientId) });
    expect(done(run).toSorted()).toEqual([`licence create ${contoso}`, `licence create ${fabrikam}`].toSorted());
    expect(Object.values(subscriptions).map((id) => licenceOf(on, id)['client_id'])).toEqual([clientId, clientId]);
    expect(run.row.counts.clients.unchanged).toBe(2);
  });

  it('one client to which nobody is mapped, or only a suggestion points: the import fails and says so', async () => {
    const clientId = String(await addClient(on, 'Fabrikam Ltd'));
    await on.run();
    expect((await on.mappings()).find((mapping) => mapping.customerId === fabrikam)).toMatchObject({ state: 'suggested', clientId });
    for (const id of ['4711', clientId]) {
      expect((await on.run({ clientId: id })).row).toMatchObject({
        state: 'failed',
        error: { actor: 'configuration', code: 'unmapped_client' },
      });
    }
  });

  it('customers alone: clients and mappings, and no look at a subscription or licence', async () => {
    const run = await on.run({ entities: ['customers'] });
    expect(done(run).map((line) => line.replace(/ \d+$/, ''))).toEqual(['client link', 'client create', 'client create']);
    expect(run.skips).toEqual([]);
    expect(keyedCount(on)).toBe(0);
    expect(on.sandbox.kernel.calls.all().filter((call) => /subscriptions|SoftwareLicence|orders/.test(call.path))).toEqual([]);
    expect((await on.run({ entities: ['customers'] })).changes).toEqual([]);
  });

  it('subscriptions alone: licences of who has a client, and no client is created', async () => {
    const run = await on.run({ entities: ['subscriptions'] });
    expect(done(run)).toEqual([`client link ${contoso}`, `licence create ${contoso}`]);
    expect(run.skips.filter((skip) => skip.entity === 'subscription')).toMatchObject([
      { marketplaceId: subscriptions.fabrikam, reason: 'unmapped_customer' },
    ]);
    expect(on.sandbox.psa.clients().some((client) => client['name'] === 'Fabrikam')).toBe(false);
    expect(run.row.counts.clients).toMatchObject({ created: 0, linked: 1, unchanged: 0 });
  });

  it('customers and then subscriptions come to the same as both at once', async () => {
    addSubscription(on, fabrikam, [product('B')]);
    await on.run({ entities: ['customers'] });
    await on.run({ entities: ['subscriptions'] });
    expect(keyedCount(on)).toBe(3);
    expect((await on.run()).changes).toEqual([]);
  });

  it('a renewal of one customer is found in an import for that one alone', async () => {
    const month = { type: 'month', duration: 1 };
    const old = addSubscription(on, contoso, [product('M')], {
      subscriptionPeriod: month,
      creationDate: '2026-10-20',
      expirationDate: '2026-11-20',
    });
    await on.run();
    const { id } = licenceOf(on, old);
    on.sandbox.marketplace.world.changeSubscription(old, { status: 'removed' });
    const fresh = addSubscription(on, contoso, [product('M')], {
      subscriptionPeriod: month,
      creationDate: '2026-11-20',
      expirationDate: '2026-12-20',
    });
    await on.run({ customerId: contoso });
    expect(licenceOf(on, fresh).id).toBe(id);
  });
});
