import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ends, LAST_MONTH, lastMonth, skipOf, THIS_MONTH, thisMonth } from './month-to-month.js';
import { addClient, addCustomer, addSubscription, EMPTY, keyedCount, licenceOf, product } from './people.js';
import { stage, TODAY, type Stage } from './stage.js';

describe('A renewal', () => {
  let on: Stage;
  let customerId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    customerId = addCustomer(on, 'Contoso');
  });
  afterAll(() => on.close());

  it('keeps the licence and its invoice line: only the key and what changed are written', async () => {
    const { old, licenceId } = await lastMonth(on, customerId);
    on.sandbox.psa.patchLicence(licenceId, { name: 'On the invoice', price: 31, notes: 'kept' });
    const { fresh, run } = await thisMonth(on, old, [product('A', { quantity: 6 })]);
    expect(licenceOf(on, fresh)).toMatchObject({
      id: licenceId,
      count: 6,
      name: 'On the invoice',
      price: 31,
      notes: 'kept',
      start_date: `${TODAY}T00:00:00`,
      end_date: '2026-12-20T00:00:00',
      is_active: true,
    });
    expect(keyedCount(on)).toBe(1);
    expect(run.changes).toMatchObject([
      {
        action: 'rekey',
        state: 'applied',
        psaId: String(licenceId),
        subscriptionId: fresh,
        before: { snowid: `ingram/us/${old}`, count: 5 },
        after: { snowid: `ingram/us/${fresh}`, count: 6 },
      },
    ]);
    expect(run.row.counts.licences).toMatchObject({ rekeyed: 1, created: 0, updated: 0 });
    const links = (await on.links()).map((link) => [link.subscriptionId, link.licenceId, link.origin, link.archivedWhy]);
    expect(links.toSorted()).toEqual(
      [
        [old, String(licenceId), 'created', 'renewal'],
        [fresh, String(licenceId), 'renewal', null],
      ].toSorted(),
    );
    const again = await on.run();
    expect(again.changes).toEqual([]);
    expect(again.skips.map((skip) => [skip.marketplaceId, skip.reason])).toEqual([[old, 'ended']]);
  });

  it('goes on month after month', async () => {
    const { old, licenceId } = await lastMonth(on, customerId);
    let before = old;
    for (const [start, end] of [
      ['2026-11-20', '2026-12-20'],
      ['2026-12-20', '2027-01-20'],
      ['2027-01-20', '2027-02-20'],
    ] as const) {
      const { fresh } = await thisMonth(on, before, undefined, { creationDate: start, expirationDate: end, renewalDate: end });
      expect(licenceOf(on, fresh).id).toBe(licenceId);
      before = fresh;
    }
    expect(keyedCount(on)).toBe(1);
  });

  it('is known by an equal vendor subscription id, whatever else changed', async () => {
    const { old, licenceId } = await lastMonth(on, customerId, [product('A', { vendorSubscriptionId: 'v-1' })]);
    const { fresh } = await thisMonth(on, old, [product('B', { vendorSubscriptionId: 'v-1' })], {
      creationDate: '2026-06-01',
      subscriptionPeriod: { type: 'year', duration: 1 },
    });
    expect(licenceOf(on, fresh)).toMatchObject({ id: licenceId, vendor_product_sku: 'B', term_duration: 'P1Y' });
  });

  it('of an offer whose products share a vendor subscription id goes product by product', async () => {
    const both = [product('A', { vendorSubscriptionId: 'v-1' }), product('B', { vendorSubscriptionId: 'v-1' })];
    const { old, licenceId } = await lastMonth(on, customerId, both);
    const second = Number(licenceOf(on, old, 'B').id);
    const { fresh } = await thisMonth(on, old, both);
    expect([licenceOf(on, fresh).id, licenceOf(on, fresh, 'B').id]).toEqual([licenceId, second]);
    expect(keyedCount(on)).toBe(2);
  });

  it.each([
    [-4, false],
    [-3, true],
    [0, true],
    [1, true],
    [3, true],
    [4, false],
  ])('that begins %i days after the end is clear: %s', async (days, clear) => {
    const { old, licenceId } = await lastMonth(on, customerId);
    const creationDate = new Date(Date.parse(TODAY) + days * 86_400_000).toISOString().slice(0, 10);
    const { fresh, run } = await thisMonth(on, old, undefined, { creationDate });
    expect(keyedCount(on)).toBe(1);
    if (clear) expect(licenceOf(on, fresh).id).toBe(licenceId);
    else {
      expect(skipOf(run, fresh)).toMatchObject({
        reason: 'successor',
        psaId: String(licenceId),
        detail: expect.stringContaining(`subscription ${old} (licence ${licenceId})`) as unknown,
      });
      expect(licenceOf(on, old)).toMatchObject({ id: licenceId, is_active: true });
    }
  });

  it.each<[string, Record<string, unknown>[], Record<string, unknown>]>([
    ['product', [product('B') as Record<string, unknown>], {}],
    ['manufacturer', [product('A', { vendor: 'Other' }) as Record<string, unknown>], {}],
    ['term', [product('A') as Record<string, unknown>], { subscriptionPeriod: { type: 'year', duration: 1 } }],
    ['billing period', [product('A') as Record<string, unknown>], { billingPeriod: { type: 'year', duration: 1 } }],
  ])('is none with another %s: the new one gets a licence of its own', async (_what, products, more) => {
    const { old, licenceId } = await lastMonth(on, customerId);
    const { fresh } = await thisMonth(on, old, products, more);
    expect(licenceOf(on, fresh).id).not.toBe(licenceId);
    expect(licenceOf(on, old)).toMatchObject({ id: licenceId, is_active: true });
  });

  it('is none for another customer', async () => {
    const { old, licenceId } = await lastMonth(on, customerId);
    ends(on, old);
    await addClient(on, 'Fabrikam');
    const other = addCustomer(on, 'Fabrikam');
    const fresh = addSubscription(on, other, undefined, THIS_MONTH);
    await on.run();
    expect(licenceOf(on, fresh).id).not.toBe(licenceId);
  });

  it.each([
    [0, true],
    [35, true],
    [36, false],
  ])('takes up a licence that was ended %i days ago: %s', async (days, takenUp) => {
    const { old, licenceId } = await lastMonth(on, customerId);
    const end = new Date(Date.parse(TODAY) - days * 86_400_000).toISOString().slice(0, 10);
    on.sandbox.psa.patchLicence(licenceId, { is_active: false, status: 'Cancelled', end_date: `${end}T00:00:00` });
    const { fresh, run } = await thisMonth(on, old);
    if (takenUp) {
      expect(licenceOf(on, fresh)).toMatchObject({ id: licenceId, is_active: true, status: 'Active' });
      expect(run.changes).toMatchObject([{ action: 'rekey', before: { is_active: false } }]);
    } else expect(licenceOf(on, fresh).id).not.toBe(licenceId);
  });

  it('is nobody’s business where following is off: the new one gets a licence of its own', async () => {
    await on.set({ subscriptionImport: { followRenewals: false } });
    const { old, licenceId } = await lastMonth(on, customerId);
    const { fresh } = await thisMonth(on, old);
    expect(licenceOf(on, fresh).id).not.toBe(licenceId);
    expect(licenceOf(on, old).id).toBe(licenceId);
  });

  it('of an adopted licence leaves the key that somebody else put there', async () => {
    const old = addSubscription(on, customerId, undefined, LAST_MONTH);
    const clientId = on.sandbox.psa.clients().find((client) => client['name'] === 'Contoso')!.id;
    const licenceId = on.sandbox.psa.addLicence({
      type: 1,
      name: 'Adopted',
      count: 1,
      client_id: clientId,
      site_id: 0,
      snowid: 'SNOW-9',
      is_active: true,
      deleted: false,
      status: 'Active',
      price: 1,
      purchase_price: 1,
      vendor_product_sku: '',
      product_sku: '',
      billing_cycle: '',
      term_duration: '',
    });
    await on.link(old, 'A', String(licenceId));
    await on.run();
    const { fresh } = await thisMonth(on, old, [product('A', { quantity: 8 })]);
    expect(on.sandbox.psa.licences().find((licence) => licence.id === licenceId)).toMatchObject({
      snowid: 'SNOW-9',
      count: 8,
      name: 'Adopted',
    });
    expect((await on.links()).find((link) => link.subscriptionId === fresh)).toMatchObject({
      licenceId: String(licenceId),
      origin: 'renewal',
    });
    expect((await on.run()).changes).toEqual([]);
    expect(keyedCount(on)).toBe(0);
  });

  it('that was written by an attempt which died before it could say so is taken as done', async () => {
    const { old, licenceId } = await lastMonth(on, customerId);
    ends(on, old);
    const fresh = addSubscription(on, customerId, undefined, THIS_MONTH);
    // As the next attempt finds it: the PSA has the new key, and the link still says the old line.
    on.sandbox.psa.patchLicence(licenceId, {
      snowid: `ingram/us/${fresh}`,
      start_date: `${TODAY}T00:00:00`,
      end_date: '2026-12-20T00:00:00',
    });
    const run = await on.run();
    expect(run.changes).toEqual([]);
    expect(keyedCount(on)).toBe(1);
    expect((await on.links()).find((link) => link.archivedAt === null)).toMatchObject({
      subscriptionId: fresh,
      licenceId: String(licenceId),
    });
  });
});
