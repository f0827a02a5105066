import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IsNull } from 'typeorm';
import { CustomerRecord, Link, Mapping } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

interface Shown {
  id: string;
  state: string;
  clientId: string | null;
  clientName: string | null;
  origin: string | null;
  note: string | null;
  detail?: string;
  errors?: { pointer: string }[];
  linkedLicences?: number;
}
interface CustomerList {
  data: { customerId: string; subscriptions: number; mapping: Shown | null }[];
  pagination: { total: number };
}

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
let clientIds: string[];
let nextLicence = 900_000;
beforeAll(async () => {
  app = await connectedApp();
  clientIds = app.sandbox.psa.clients().map(({ id }) => String(id));
});
afterAll(() => app.close());
beforeEach(async () => {
  psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId);
  await storeCustomer(app.database, tenantId, 'c1', { name: 'Contoso 100%' });
  app.sandbox.kernel.calls.clear();
});

const map = (body: object, token?: string): ReturnType<typeof app.api<Shown>> =>
  app.api<Shown>('POST', `/tenants/${tenantId}/mappings`, body, token);
const customers = async (query = ''): Promise<CustomerList> =>
  (await app.api<CustomerList>('GET', `/tenants/${tenantId}/customers${query}`)).body;
const mappings = (): Promise<Mapping[]> => app.database.dataSource.manager.findBy(Mapping, { tenantId, archivedAt: IsNull() });

/** A live subscription of customer c1 whose line is linked to a licence; gives the link's id. */
async function linkedSubscription(): Promise<string> {
  await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, ['A']);
  const { identifiers } = await app.database.dataSource.manager.insert(Link, {
    psaInstanceId,
    tenantId,
    subscriptionId: 's1',
    line: 'A',
    licenceId: String(nextLicence++),
    origin: 'created',
  });
  return String(identifiers[0]?.['id']);
}
const linkRow = (id: string): Promise<Link> => app.database.dataSource.manager.findOneByOrFail(Link, { id });

describe('customers and mappings', () => {
  it('should be protected', async () => {
    const { body } = await map({ customerId: 'c1', ignored: true });
    for (const [method, path] of [
      ['GET', `/tenants/${tenantId}/customers`],
      ['POST', `/tenants/${tenantId}/mappings`],
      ['POST', `/tenants/${tenantId}/mappings/generate`],
      ['PATCH', `/mappings/${body.id}`],
      ['DELETE', `/mappings/${body.id}`],
    ] as const) {
      expect((await app.call(undefined, method, `/api/v1${path}`)).statusCode).toBe(401);
    }
    const viewer = await app.token('viewer', psaInstanceId);
    expect((await app.api('GET', `/tenants/${tenantId}/customers`, undefined, viewer)).status).toBe(200);
    expect((await map({ customerId: 'c1', ignored: true }, viewer)).status).toBe(403);
    expect((await app.api('DELETE', `/mappings/${body.id}`, undefined, viewer)).status).toBe(403);
    const stranger = await app.token('admin', await app.addPsaInstance());
    expect((await app.api('GET', `/tenants/${tenantId}/customers`, undefined, stranger)).status).toBe(404);
    expect((await map({ customerId: 'c1', createClient: true }, stranger)).status).toBe(404);
    expect((await app.api('PATCH', `/mappings/${body.id}`, { note: 'x' }, stranger)).status).toBe(404);
    expect((await app.api('DELETE', `/mappings/${body.id}`, undefined, stranger)).status).toBe(404);
    expect((await app.api('POST', `/tenants/${tenantId}/mappings/generate`, undefined, stranger)).status).toBe(404);
    expect(await mappings()).toMatchObject([{ state: 'ignored', note: null }]);
  });

  it('should map a customer to a client that HaloPSA has, and name it', async () => {
    const [client] = app.sandbox.psa.clients();
    const { status, body } = await map({ customerId: 'c1', clientId: String(client?.id), note: ' by phone ' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      state: 'mapped',
      clientId: String(client?.id),
      clientName: client?.['name'],
      origin: 'manual',
      note: 'by phone',
    });
    expect((await customers()).data).toMatchObject([
      { customerId: 'c1', mapping: { id: body.id, state: 'mapped', clientId: String(client?.id), origin: 'manual' } },
    ]);
  });

  it('should refuse a client that HaloPSA does not have', async () => {
    const { status, body } = await map({ customerId: 'c1', clientId: '987654321' });
    expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([422, ['/clientId']]);
    expect(await mappings()).toEqual([]);
  });

  it('should replace what was said before, and repeat without a trace', async () => {
    const first = await map({ customerId: 'c1', createClient: true });
    expect([first.status, first.body.state, first.body.clientId, first.body.origin]).toEqual([201, 'mapped', null, 'created']);
    const again = await map({ customerId: 'c1', createClient: true });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const replaced = await map({ customerId: 'c1', ignored: true });
    expect([replaced.status, replaced.body.id, replaced.body.state]).toEqual([200, first.body.id, 'ignored']);
    expect(await mappings()).toHaveLength(1);
  });

  it('should keep one mapping for each customer when two are made at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => map({ customerId: 'c1', ignored: true })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 201]);
    expect(await mappings()).toHaveLength(1);
  });

  it('should take a client that was created on request for what was asked', async () => {
    const { body } = await map({ customerId: 'c1', createClient: true });
    await app.database.dataSource.manager.update(Mapping, { id: body.id }, { clientId: '77', clientName: 'Created' });
    expect((await map({ customerId: 'c1', createClient: true })).body).toMatchObject({ clientId: '77', origin: 'created' });
  });

  it('should look an unknown customer up in the marketplace and remember it', async () => {
    const [row] = app.sandbox.data.marketplace.customers;
    const { status } = await map({ customerId: String(row?.id), ignored: true });
    expect(status).toBe(201);
    expect(await app.database.dataSource.manager.findOneByOrFail(CustomerRecord, { tenantId, customerId: String(row?.id) })).toMatchObject({
      goneAt: null,
    });
    const unknown = await map({ customerId: '999999999', ignored: true });
    expect([unknown.status, unknown.body.errors?.map(({ pointer }) => pointer)]).toEqual([422, ['/customerId']]);
  });

  it.each([
    [{ customerId: 'c1' }],
    [{ customerId: 'c1', clientId: '1', ignored: true }],
    [{ customerId: 'c1', ignored: true, createClient: true }],
    [{ customerId: 'c1', ignored: false }],
    [{ customerId: 'c1', createClient: null }],
    [{ customerId: 'c1', clientId: 1 }],
    [{ customerId: 'c1', clientId: '../1' }],
    [{ clientId: '1' }],
    [{ customerId: 'c1', ignored: true, licences: 'move' }],
  ])('should refuse %j', async (body) => {
    expect((await map(body)).status).toBe(400);
    expect(await mappings()).toEqual([]);
    expect(app.sandbox.kernel.calls.count()).toBe(0);
  });

  describe('when the customer has linked licences', () => {
    it('should change the mapping only once told what becomes of them', async () => {
      const { body } = await map({ customerId: 'c1', clientId: clientIds[0] });
      const link = await linkedSubscription();
      for (const refused of [
        await map({ customerId: 'c1', clientId: clientIds[1] }),
        await app.api<Shown>('PATCH', `/mappings/${body.id}`, { ignored: true }),
        await app.api<Shown>('DELETE', `/mappings/${body.id}`),
      ]) {
        expect([refused.status, refused.body.linkedLicences]).toEqual([409, 1]);
        expect(refused.body.detail).toContain('1 linked licence');
      }
      expect(await mappings()).toMatchObject([{ clientId: clientIds[0], state: 'mapped' }]);
      expect((await linkRow(link)).archivedAt).toBeNull();
    });

    it('should leave them linked where they are', async () => {
      await map({ customerId: 'c1', clientId: clientIds[0] });
      const link = await linkedSubscription();
      expect((await map({ customerId: 'c1', clientId: clientIds[1], licences: 'leave' })).body.clientId).toBe(clientIds[1]);
      expect((await linkRow(link)).archivedAt).toBeNull();
    });

    it('should leave them behind to be made again', async () => {
      const { body } = await map({ customerId: 'c1', clientId: clientIds[0] });
      const link = await linkedSubscription();
      expect((await app.api('PATCH', `/mappings/${body.id}`, { clientId: clientIds[1], licences: 'recreate' })).status).toBe(200);
      expect(await linkRow(link)).toMatchObject({ archivedAt: expect.any(Date), archivedWhy: 'recreate' });
    });

    it('should need no word when the client stays the same', async () => {
      const { body } = await map({ customerId: 'c1', clientId: clientIds[0] });
      await linkedSubscription();
      await app.database.dataSource.manager.update(Mapping, { id: body.id }, { origin: 'name' });
      expect((await map({ customerId: 'c1', clientId: clientIds[0] })).body).toMatchObject({ origin: 'manual' });
      expect((await app.api('PATCH', `/mappings/${body.id}`, { note: 'checked' })).body).toMatchObject({
        note: 'checked',
        clientId: clientIds[0],
      });
    });
  });

  it('should archive a removed mapping and show the customer as unmapped', async () => {
    const { body } = await map({ customerId: 'c1', ignored: true });
    expect((await app.api('DELETE', `/mappings/${body.id}`)).status).toBe(204);
    expect((await app.api('DELETE', `/mappings/${body.id}`)).status).toBe(404);
    expect((await app.api('PATCH', `/mappings/${body.id}`, { note: 'x' })).status).toBe(404);
    expect((await customers('?state=unmapped')).data).toMatchObject([{ customerId: 'c1', mapping: null }]);
    expect((await map({ customerId: 'c1', ignored: true })).body.id).not.toBe(body.id);
  });

  it('should list the customers of a client', async () => {
    await storeCustomer(app.database, tenantId, 'c2', { name: 'Contoso 1000' });
    const [clientId, other] = clientIds;
    await map({ customerId: 'c2', clientId });
    expect((await customers(`?clientId=${clientId}`)).data.map(({ customerId }) => customerId)).toEqual(['c2']);
    expect((await customers(`?clientId=${other}`)).data).toEqual([]);
  });

  it('should list customers by state and search, wildcards taken literally', async () => {
    await storeCustomer(app.database, tenantId, 'c2', { name: 'Contoso 1000' });
    await storeCustomer(app.database, tenantId, 'gone', { goneAt: new Date() });
    await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, []);
    await storeSubscription(app.database, tenantId, { subscriptionId: 's2', customerId: 'c1', status: 'removed' }, []);
    await storeSubscription(app.database, tenantId, { subscriptionId: 's3', customerId: 'c1', status: 'pending' }, ['A', 'B']);
    await map({ customerId: 'c1', ignored: true });
    const ids = async (query: string): Promise<string[]> => (await customers(query)).data.map(({ customerId }) => customerId);
    expect((await customers()).data).toMatchObject([
      { customerId: 'c1', subscriptions: 2 },
      { customerId: 'c2', subscriptions: 0 },
    ]);
    expect(await ids('?state=ignored')).toEqual(['c1']);
    expect(await ids('?state=unmapped')).toEqual(['c2']);
    expect(await ids(`?search=${encodeURIComponent('100%')}`)).toEqual(['c1']);
    expect(await ids('?search=CONTOSO')).toEqual(['c1', 'c2']);
    expect(await ids('?search=c2')).toEqual(['c2']);
    expect(await ids('?search=_ontoso')).toEqual([]);
    expect(await customers('?limit=1&offset=1')).toMatchObject({
      data: [{ customerId: 'c2' }],
      pagination: { offset: 1, limit: 1, total: 2 },
    });
  });

  it('should count customers by state in the tenant, as the list shows them', async () => {
    const { manager } = app.database.dataSource;
    for (const state of ['mapped', 'suggested', 'ambiguous', 'broken', 'ignored'] as const) {
      await storeCustomer(app.database, tenantId, state);
      await manager.insert(Mapping, {
        tenantId,
        customerId: state,
        state,
        clientId: null,
        clientName: null,
        origin: null,
        candidates: [],
        note: null,
      });
    }
    await storeCustomer(app.database, tenantId, 'gone', { goneAt: new Date() });
    await storeCustomer(app.database, await app.addTenant(psaInstanceId), 'others');
    const counts = { mapped: 1, suggested: 1, ambiguous: 1, broken: 1, ignored: 1, unmapped: 1 };
    expect((await app.api('GET', `/tenants/${tenantId}`)).body['customers']).toEqual(counts);
    for (const [state, count] of Object.entries(counts)) expect((await customers(`?state=${state}`)).pagination.total).toBe(count);
  });

  it('should match what can be matched exactly, keep what people said, and repeat without a trace', async () => {
    const { matchKinds } = app.sandbox.data;
    const exact = [...matchKinds].filter(([, kind]) => kind === 'exact').map(([customerId]) => customerId);
    expect(exact.length).toBeGreaterThan(1);
    await map({ customerId: exact[0] ?? '', ignored: true });
    const writes = app.sandbox.psa.writes();
    const first = await app.api<Record<string, number>>('POST', `/tenants/${tenantId}/mappings/generate`);
    expect(first.status).toBe(200);
    const made = await mappings();
    expect(made.filter(({ state, origin }) => state === 'mapped' && origin === 'name').map(({ customerId }) => customerId)).toEqual(
      expect.arrayContaining(exact.slice(1)),
    );
    expect(made.find(({ customerId }) => customerId === exact[0])?.state).toBe('ignored');
    expect(made.filter(({ state }) => state === 'mapped').length).toBe(first.body['mapped']);
    expect(made.filter(({ state }) => state === 'ambiguous').length).toBe(first.body['ambiguous']);
    expect((await app.api<Record<string, number>>('POST', `/tenants/${tenantId}/mappings/generate`)).body['mapped']).toBe(0);
    expect(await mappings()).toEqual(made);
    expect(app.sandbox.psa.writes()).toEqual(writes);
  });
});
