import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Mapping, SubscriptionHistory, SubscriptionLineRecord } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

interface Lines {
  data: { tenantId: string; subscriptionId: string; line: string | null }[];
  pagination: { total: number };
}

let app: ConnectedApp;
let psaInstanceId: string;
let here: string;
let there: string;
let clientId: string;
let viewer: string;

beforeAll(async () => {
  app = await connectedApp();
  psaInstanceId = await app.addPsaInstance();
  here = await app.addTenant(psaInstanceId, { name: 'Here' });
  there = await app.addTenant(await app.addPsaInstance(), { name: 'There' });
  viewer = await app.token('viewer', psaInstanceId);
  clientId = String(app.sandbox.psa.clients()[0]?.['id']);
  await storeCustomer(app.database, here, 'c1', { name: 'beta' });
  await storeCustomer(app.database, here, 'c2', { name: 'Alpha' });
  await storeCustomer(app.database, there, 'c3', { name: '=HYPERLINK("http://x","Gamma")' });
  await app.database.dataSource.manager.insert(Mapping, {
    tenantId: here,
    customerId: 'c1',
    state: 'mapped',
    clientId,
    clientName: 'Zeta, "Ltd"',
    origin: 'manual',
    candidates: [],
  });
  const active = { status: 'active' } as const;
  await storeSubscription(
    app.database,
    here,
    { subscriptionId: '1', customerId: 'c1', ...active, renewalDate: '2026-05-01', autoRenew: true },
    ['B'],
  );
  await storeSubscription(
    app.database,
    here,
    { subscriptionId: '2', customerId: 'c2', ...active, renewalDate: '2026-04-30', autoRenew: false },
    ['A'],
  );
  await storeSubscription(app.database, here, { subscriptionId: '3', customerId: 'c1', status: 'removed', name: '  @old' }, []);
  await storeSubscription(app.database, there, { subscriptionId: '4', customerId: 'c3', ...active }, ['-1+2']);
  const lines = app.database.dataSource.getRepository(SubscriptionLineRecord);
  await lines.update({ subscriptionId: '1' }, { quantity: '10', unitCost: '9' });
  await lines.update({ subscriptionId: '2' }, { quantity: '9', unitCost: '10' });
});
afterAll(() => app.close());

const ids = async (path: string, token?: string): Promise<string[]> =>
  (await app.api<Lines>('GET', path, undefined, token)).body.data.map(({ subscriptionId }) => subscriptionId);

describe('lists of subscriptions', () => {
  it.each([
    ['customer', ['2', '1', '3']],
    ['-customer', ['1', '3', '2']],
    ['client', ['1', '3', '2']],
    ['product', ['3', '2', '1']],
    ['quantity', ['2', '1', '3']],
    ['-quantity', ['1', '2', '3']],
    ['renewalDate', ['2', '1', '3']],
    ['-renewalDate', ['1', '2', '3']],
    ['autoRenew', ['2', '1', '3']],
    ['status', ['1', '2', '3']],
    ['-state', ['1', '2', '3']],
    ['unitCost', ['1', '2', '3']],
    ['-unitPrice', ['1', '2', '3']],
    ['subscriptionId', ['1', '2', '3']],
    ['-subscriptionId', ['3', '2', '1']],
  ])('are sorted by %s, what has none last', async (sort, expected) => {
    expect(await ids(`/tenants/${here}/subscriptions?sort=${sort}`)).toEqual(expected);
    const parts = await Promise.all([0, 1, 2].map((offset) => ids(`/tenants/${here}/subscriptions?sort=${sort}&limit=1&offset=${offset}`)));
    expect(parts.flat()).toEqual(expected);
  });

  it.each([
    ['autoRenew=true', ['1']],
    ['autoRenew=false', ['2']],
    ['renewsBefore=2026-05-01', ['2']],
    ['subscriptionId=3', ['3']],
    ['subscriptionId=1&line=B', ['1']],
    ['line=A', ['2']],
    ['search=zeta', ['1', '3']],
  ])('are chosen by %s', async (filter, expected) => {
    const { body } = await app.api<Lines>('GET', `/tenants/${here}/subscriptions?${filter}`);
    expect(body.data.map(({ subscriptionId }) => subscriptionId)).toEqual(expected);
    expect(body.pagination.total).toBe(expected.length);
  });

  it('hold the lines of every tenant in sight, or of one', async () => {
    expect((await ids('/subscriptions')).toSorted()).toEqual(['1', '2', '3', '4']);
    expect(await ids('/subscriptions', viewer)).toEqual(['1', '2', '3']);
    expect(await ids(`/subscriptions?tenantId=${there}`)).toEqual(['4']);
    expect((await app.api('GET', `/subscriptions?tenantId=${there}`, undefined, viewer)).status).toBe(404);
    expect((await app.api('GET', `/subscriptions/csv?tenantId=${there}`, undefined, viewer)).status).toBe(404);
  });

  it('hold the lines of one PSA instance’s tenants, where that is in sight', async () => {
    const { psaInstanceId } = (await app.api<{ psaInstanceId: string }>('GET', `/tenants/${there}`)).body;
    expect(await ids(`/subscriptions?psaInstanceId=${psaInstanceId}`)).toEqual(['4']);
    expect(await ids(`/subscriptions?psaInstanceId=${psaInstanceId}&tenantId=${here}`)).toEqual([]);
    expect((await app.api('GET', `/subscriptions?psaInstanceId=${psaInstanceId}`, undefined, viewer)).status).toBe(404);
    expect((await app.api('GET', `/subscriptions/csv?psaInstanceId=${psaInstanceId}`, undefined, viewer)).status).toBe(404);
  });
});

describe('the file for spreadsheets', () => {
  const file = async (query = '', token = app.owner): Promise<string[][]> => {
    const answer = await app.call(token, 'GET', `/api/v1/subscriptions/csv${query}`);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.headers['content-disposition']).toBe('attachment; filename="subscriptions.csv"');
    expect(answer.body.startsWith('\uFEFF')).toBe(true);
    const rows = answer.body.slice(1).split('\r\n');
    expect(rows.pop()).toBe('');
    return rows.map((row) => [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''));
  };
  const column = (rows: string[][], name: string): string[] => rows.slice(1).map((row) => row[rows[0]!.indexOf(name)]!);

  it('holds each line of the tenants in sight, as it was filtered', async () => {
    const all = await file();
    expect(column(all, 'Subscription id').toSorted()).toEqual(['1', '2', '3', '4']);
    expect(new Set(all.map(({ length }) => length))).toEqual(new Set([all[0]!.length]));
    const one = await file('?renewsBefore=2026-05-01');
    const shown = ['Tenant', 'Customer', 'MPN', 'Quantity', 'Renewal', 'Auto-renew', 'Unit cost', 'Cost currency'];
    expect(shown.map((name) => column(one, name))).toEqual(
      ['Here', 'Alpha', 'A', '9', '2026-04-30', 'no', '10', 'USD'].map((value) => [value]),
    );
    expect(column(await file('', viewer), 'Subscription id')).toEqual(['1', '2', '3']);
  });

  it('has nothing in it that a spreadsheet would run', async () => {
    const all = await file();
    expect(all.flat().filter((value) => /^[\s\p{Cc}]*[=+\-@]/u.test(value))).toEqual([]);
    expect(column(all, 'Customer')).toContain(`'=HYPERLINK(""http://x"",""Gamma"")`);
    expect(column(all, 'MPN')).toContain(`'-1+2`);
    expect(column(all, 'Product')).toContain(`'  @old`);
    expect(column(all, 'Client')).toContain('Zeta, ""Ltd""');
  });

  it('holds each line once, however many there are', async () => {
    const { dataSource } = app.database;
    await dataSource.query(
      `INSERT INTO subscriptions (tenant_id, subscription_id, customer_id, status, "row", seen_at)
       SELECT $1, 'many-' || n, 'c3', 'hold', '{}', now() FROM generate_series(1, 4100) AS n`,
      [there],
    );
    const found = column(await file('?status=hold'), 'Subscription id');
    expect([found.length, new Set(found).size]).toEqual([4100, 4100]);
    await dataSource.query(`DELETE FROM subscriptions WHERE subscription_id LIKE 'many-%'`);
  });
});

describe('one line', () => {
  it('has the history of its quantity, cost and price, newest first', async () => {
    const money = { unitCost: '2', costCurrency: 'USD', unitPrice: '3.50', priceCurrency: 'USD' };
    const line = { tenantId: here, subscriptionId: '1', line: 'B', ...money };
    const seen = (day: number): Date => new Date(Date.UTC(2026, 0, day));
    await app.database.dataSource.manager.insert(SubscriptionHistory, [
      { ...line, quantity: '5', seenAt: seen(1) },
      { ...line, quantity: null, unitCost: null, costCurrency: null, seenAt: seen(2) },
      { ...line, subscriptionId: '2', line: 'A', quantity: '7', seenAt: seen(3) },
    ]);
    const path = `/tenants/${here}/subscriptions/history`;
    const { body } = await app.api<{ data: object[]; pagination: object }>('GET', `${path}?subscriptionId=1&line=B`);
    const unitPrice = { amount: '3.5', currency: 'USD' };
    expect(body.data).toEqual([
      { subscriptionId: '1', line: 'B', quantity: null, unitCost: null, unitPrice, seenAt: '2026-01-02T00:00:00.000Z' },
      {
        subscriptionId: '1',
        line: 'B',
        quantity: 5,
        unitCost: { amount: '2', currency: 'USD' },
        unitPrice,
        seenAt: '2026-01-01T00:00:00.000Z',
      },
    ]);
    expect((await app.api<Lines>('GET', path)).body.pagination.total).toBe(3);
    expect((await app.api('GET', `/tenants/${there}/subscriptions/history`, undefined, viewer)).status).toBe(404);
  });

  it('has its licence as HaloPSA shows it now', async () => {
    const licenceId = String(
      app.sandbox.psa.addLicence({ name: 'Premium', client_id: Number(clientId), count: 3, is_active: true, vendor_product_sku: 'B' }),
    );
    const { body: link } = await app.api<{ id: string }>('POST', `/tenants/${here}/links`, { subscriptionId: '1', licenceId });
    const read = (token?: string) => app.api('GET', `/links/${link.id}/licence`, undefined, token);
    expect(await read(viewer)).toMatchObject({
      status: 200,
      body: { licenceId, clientId, name: 'Premium', quantity: 3, mpn: 'B', active: true, deleted: false },
    });
    const stranger = await app.token('admin', await app.addPsaInstance());
    expect((await read(stranger)).status).toBe(404);
    const anyway = await app.api<{ id: string }>('POST', `/tenants/${here}/links`, { subscriptionId: '1', createAnyway: true });
    expect((await app.api('GET', `/links/${anyway.body.id}/licence`)).status).toBe(404);
  });
});
