import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type EntityManager, IsNull } from 'typeorm';
import { Link, Mapping, SubscriptionLineRecord, SubscriptionRecord } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

interface Shown {
  id: string;
  line: string;
  licenceId: string | null;
  createAnyway: boolean;
  origin: string | null;
  detail?: string;
  errors?: { pointer: string; message: string }[];
}
interface Lines {
  data: Record<string, unknown>[];
  pagination: { total: number };
}

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
let clientId: number;
let otherClientId: number;
beforeAll(async () => {
  app = await connectedApp();
  const [first, second] = app.sandbox.psa.clients();
  [clientId, otherClientId] = [Number(first?.id), Number(second?.id)];
});
afterAll(() => app.close());
beforeEach(async () => {
  psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId);
  const { manager } = app.database.dataSource;
  await storeCustomer(app.database, tenantId, 'c1', { name: 'Contoso' });
  await storeCustomer(app.database, tenantId, 'c2', { name: 'Fabrikam' });
  await manager.insert(Mapping, {
    tenantId,
    customerId: 'c1',
    state: 'mapped',
    clientId: String(clientId),
    clientName: 'x',
    origin: 'manual',
    candidates: [],
  });
  const dates = { creationDate: '2026-01-01', renewalDate: '2026-12-31', expirationDate: '2027-01-01' };
  const periods = { billingPeriod: { type: 'month', duration: 1 }, subscriptionPeriod: { type: 'month', duration: 12 } };
  await storeSubscription(
    app.database,
    tenantId,
    { subscriptionId: '10', customerId: 'c1', name: 'Business Premium', status: 'active', autoRenew: true, ...dates, ...periods },
    ['MPN-A'],
  );
  await storeSubscription(app.database, tenantId, { subscriptionId: '9', customerId: 'c1', status: 'active' }, ['MPN-A', 'MPN_B']);
  await storeSubscription(app.database, tenantId, { subscriptionId: '11', customerId: 'c2', status: 'removed', name: 'Old' }, []);
  await storeSubscription(app.database, tenantId, { subscriptionId: '12', customerId: 'c2', status: 'hold' }, ['MPN-C']);
  app.sandbox.kernel.calls.clear();
});

const licence = (client: number, fields: object = {}): string =>
  String(app.sandbox.psa.addLicence({ name: 'Premium', client_id: client, count: 3, is_active: true, ...fields }));
const link = (body: object, token?: string): ReturnType<typeof app.api<Shown>> =>
  app.api<Shown>('POST', `/tenants/${tenantId}/links`, body, token);
const links = (): Promise<Link[]> => app.database.dataSource.manager.findBy(Link, { tenantId, archivedAt: IsNull() });
const list = async (query = ''): Promise<Lines> => (await app.api<Lines>('GET', `/tenants/${tenantId}/subscriptions${query}`)).body;

describe('subscriptions and links', () => {
  it('should be protected', async () => {
    expect((await app.call(undefined, 'GET', `/api/v1/tenants/${tenantId}/subscriptions`)).statusCode).toBe(401);
    expect((await app.call(undefined, 'POST', `/api/v1/tenants/${tenantId}/links`)).statusCode).toBe(401);
    const viewer = await app.token('viewer', psaInstanceId);
    expect((await app.api('GET', `/tenants/${tenantId}/subscriptions`, undefined, viewer)).status).toBe(200);
    expect((await link({ subscriptionId: '10', createAnyway: true }, viewer)).status).toBe(403);
    const stranger = await app.token('admin', await app.addPsaInstance());
    expect((await app.api('GET', `/tenants/${tenantId}/subscriptions`, undefined, stranger)).status).toBe(404);
    expect((await link({ subscriptionId: '10', createAnyway: true }, stranger)).status).toBe(404);
    expect(await links()).toEqual([]);
  });

  it.each([
    [{}],
    [{ subscriptionId: '10' }],
    [{ subscriptionId: '10', licenceId: '1', createAnyway: true }],
    [{ subscriptionId: '10', createAnyway: false }],
    [{ subscriptionId: '10', licenceId: 1 }],
    [{ subscriptionId: '10', licenceId: 'x' }],
    [{ subscriptionId: 10, createAnyway: true }],
    [{ subscriptionId: '10', line: null, createAnyway: true }],
  ])('should validate the body: %j', async (body) => {
    expect((await link(body)).status).toBe(400);
    expect(await links()).toEqual([]);
    expect(app.sandbox.kernel.calls.count()).toBe(0);
  });

  it('should show one row for each line, and one for a subscription without any', async () => {
    const licenceId = licence(clientId);
    await link({ subscriptionId: '10', licenceId });
    const { data, pagination } = await list();
    expect(data.map(({ subscriptionId, line, state }) => [subscriptionId, line, state])).toEqual([
      ['9', 'MPN-A', 'skipped'],
      ['9', 'MPN_B', 'skipped'],
      ['10', 'MPN-A', 'linked'],
      ['11', null, 'ended'],
      ['12', 'MPN-C', 'skipped'],
    ]);
    expect(pagination.total).toBe(5);
    expect(data[2]).toEqual({
      tenantId,
      subscriptionId: '10',
      line: 'MPN-A',
      customerId: 'c1',
      customerName: 'Contoso',
      clientId: String(clientId),
      clientName: 'x',
      product: { manufacturer: 'Microsoft', mpn: 'MPN-A', name: 'Product MPN-A' },
      quantity: 3,
      term: 'P1Y',
      billingPeriod: 'P1M',
      unitCost: { amount: '11.3333', currency: 'USD' },
      unitPrice: { amount: '12.5', currency: 'USD' },
      status: 'active',
      autoRenew: true,
      startDate: '2026-01-01',
      renewalDate: '2026-12-31',
      expirationDate: '2027-01-01',
      linkId: expect.any(String),
      licenceId,
      state: 'linked',
      readAt: '2026-03-01T00:00:00.000Z',
    });
  });

  it.each([
    ['?customerId=c2', ['11', '12']],
    ['?state=ended', ['11']],
    ['?state=linked', []],
    ['?status=hold', ['12']],
    ['?search=fabrikam', ['11', '12']],
    ['?search=MPN_B', ['9']],
    ['?search=business%20prem', ['10']],
    ['?search=11', ['11']],
    ['?clientId=4711', []],
    ['?limit=1&offset=3', ['11']],
  ])('should filter by %s', async (query, expected) => {
    expect((await list(query)).data.map(({ subscriptionId }) => subscriptionId)).toEqual(expected);
  });

  it('should adopt a licence of the mapped client', async () => {
    const licenceId = licence(clientId);
    const { status, body } = await link({ subscriptionId: '10', licenceId });
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({ subscriptionId: '10', line: 'MPN-A', licenceId, origin: 'adopted', createAnyway: false }),
    ]);
    const again = await link({ subscriptionId: '10', line: 'MPN-A', licenceId });
    expect([again.status, again.body.id]).toEqual([200, body.id]);
    expect(await links()).toHaveLength(1);
    expect(app.sandbox.psa.writes().licences).toBe(0);
  });

  it('should replace a link and remember it', async () => {
    const [first, second] = [licence(clientId), licence(clientId)];
    const { body } = await link({ subscriptionId: '10', licenceId: first });
    expect((await link({ subscriptionId: '10', licenceId: second })).status).toBe(201);
    expect(await app.database.dataSource.manager.findOneByOrFail(Link, { id: body.id })).toMatchObject({
      archivedAt: expect.any(Date),
      archivedWhy: 'replaced',
    });
    expect(await links()).toMatchObject([{ licenceId: second }]);
    const anyway = await link({ subscriptionId: '10', createAnyway: true });
    expect(anyway.body).toMatchObject({ licenceId: null, createAnyway: true, origin: null });
    expect((await link({ subscriptionId: '10', createAnyway: true })).body.id).toBe(anyway.body.id);
  });

  it('should ask which line is meant', async () => {
    const refused = await link({ subscriptionId: '9', createAnyway: true });
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, '/line']);
    expect(refused.body.detail).toContain('MPN-A, MPN_B');
    expect((await link({ subscriptionId: '9', line: 'MPN-X', createAnyway: true })).status).toBe(422);
    expect((await link({ subscriptionId: '9', line: 'MPN_B', createAnyway: true })).body.line).toBe('MPN_B');
    expect((await link({ subscriptionId: '11', createAnyway: true })).status).toBe(422);
    expect((await link({ subscriptionId: '404', createAnyway: true })).body.errors?.[0]?.pointer).toBe('/subscriptionId');
  });

  it('should refuse licences that cannot be this line’s', async () => {
    const deleted = licence(clientId, { deleted: true });
    for (const licenceId of ['87654321', licence(otherClientId), deleted]) {
      const refused = await link({ subscriptionId: '10', licenceId });
      expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, '/licenceId']);
    }
    const unmapped = await link({ subscriptionId: '12', licenceId: licence(clientId) });
    expect([unmapped.status, unmapped.body.errors?.[0]?.pointer]).toEqual([422, '/subscriptionId']);
    expect(await links()).toEqual([]);
  });

  it('should refuse a licence that is linked to another line, also when both ask at once', async () => {
    const licenceId = licence(clientId);
    const answers = await Promise.all([
      link({ subscriptionId: '10', licenceId }),
      link({ subscriptionId: '9', line: 'MPN-A', licenceId }),
      link({ subscriptionId: '9', line: 'MPN_B', licenceId }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    expect(await links()).toHaveLength(1);
  });

  it.each<[string, boolean, (manager: EntityManager) => Promise<unknown>]>([
    ['has ended', true, (manager) => manager.update(SubscriptionRecord, { tenantId, subscriptionId: '9' }, { status: 'terminated' })],
    ['is gone', true, (manager) => manager.update(SubscriptionRecord, { tenantId, subscriptionId: '9' }, { goneAt: new Date() })],
    ['is not in its subscription any more', true, (manager) => manager.delete(SubscriptionLineRecord, { tenantId, line: 'MPN_B' })],
    ['is on hold', false, (manager) => manager.update(SubscriptionRecord, { tenantId, subscriptionId: '9' }, { status: 'hold' })],
  ])('should let a licence of a line that %s go on as another’s: %s', async (_what, moves, change) => {
    const licenceId = licence(clientId);
    const { body } = await link({ subscriptionId: '9', line: 'MPN_B', licenceId });
    await change(app.database.dataSource.manager);
    expect((await link({ subscriptionId: '10', licenceId })).status).toBe(moves ? 201 : 409);
    expect(await links()).toMatchObject([{ licenceId, subscriptionId: moves ? '10' : '9' }]);
    const before = await app.database.dataSource.manager.findOneByOrFail(Link, { id: body.id });
    expect(before.archivedWhy).toBe(moves ? 'renewal' : null);
  });

  it('should not take a licence from another tenant, whatever became of its line', async () => {
    const licenceId = licence(clientId);
    await link({ subscriptionId: '10', licenceId });
    const { manager } = app.database.dataSource;
    await manager.update(SubscriptionRecord, { tenantId, subscriptionId: '10' }, { status: 'terminated' });
    const other = await app.addTenant(psaInstanceId);
    await storeCustomer(app.database, other, 'c1', { name: 'Contoso' });
    await manager.insert(Mapping, {
      tenantId: other,
      customerId: 'c1',
      state: 'mapped',
      clientId: String(clientId),
      origin: 'manual',
      candidates: [],
    });
    await storeSubscription(app.database, other, { subscriptionId: '10', customerId: 'c1', status: 'active' }, ['MPN-A']);
    expect((await app.api('POST', `/tenants/${other}/links`, { subscriptionId: '10', licenceId })).status).toBe(409);
    expect(await links()).toHaveLength(1);
  });
});
