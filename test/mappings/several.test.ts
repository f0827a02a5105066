import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IsNull } from 'typeorm';
import { Link, Mapping } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

interface Several {
  mappings: { id: string; customerId: string; state: string; clientId: string | null; clientName: string | null; origin: string }[];
  refused: { customerId: string; detail: string }[];
}
interface Taken {
  done: number;
  refused: { customerId: string; detail: string }[];
}

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
let client: { id: string; name: string };
beforeAll(async () => {
  app = await connectedApp();
  const [first] = app.sandbox.psa.clients();
  client = { id: String(first!['id']), name: String(first!['name']) };
});
afterAll(() => app.close());
beforeEach(async () => {
  psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId);
  for (const customerId of ['c1', 'c2', 'c3']) await storeCustomer(app.database, tenantId, customerId);
  app.sandbox.kernel.calls.clear();
});

const several = (body: object, token?: string): ReturnType<typeof app.api<Several>> =>
  app.api<Several>('POST', `/tenants/${tenantId}/mappings/several`, body, token);
const takeBack = (mappingIds: string[], more: object = {}): ReturnType<typeof app.api<Taken>> =>
  app.api<Taken>('POST', `/tenants/${tenantId}/mappings/take-back`, { mappingIds, ...more });
const standing = async (): Promise<Record<string, string>> => {
  const found = await app.database.dataSource.manager.findBy(Mapping, { tenantId, archivedAt: IsNull() });
  return Object.fromEntries(found.map((mapping) => [mapping.customerId, `${mapping.state} ${mapping.clientId ?? '-'}`]));
};
async function suggest(customerId: string, clientId: string | null): Promise<string> {
  const { manager } = app.database.dataSource;
  const clientName = clientId === null ? null : client.name;
  const candidates = clientId === null ? ['7', '8'] : [clientId];
  const row = { tenantId, customerId, state: 'suggested' as const, clientId, clientName, origin: null, candidates, note: null };
  return String((await manager.insert(Mapping, row)).identifiers[0]?.['id']);
}

describe('saying the same of several customers', () => {
  it('should need an operator', async () => {
    const viewer = await app.token('viewer', psaInstanceId);
    expect((await several({ customerIds: ['c1'], ignored: true }, viewer)).status).toBe(403);
    const stranger = await app.token('operator', await app.addPsaInstance());
    expect((await several({ customerIds: ['c1'], ignored: true }, stranger)).status).toBe(404);
    expect(await standing()).toEqual({});
  });

  it('should do it for each, with the note', async () => {
    const { body } = await several({ customerIds: ['c1', 'c2'], ignored: true, note: 'Not ours' });
    expect(body.mappings).toMatchObject([
      { customerId: 'c1', state: 'ignored', note: 'Not ours' },
      { customerId: 'c2', state: 'ignored', note: 'Not ours' },
    ]);
    expect(await standing()).toEqual({ c1: 'ignored -', c2: 'ignored -' });
  });

  it('should accept what was suggested without a call, and name those that have no single suggestion', async () => {
    await suggest('c1', client.id);
    await suggest('c2', null);
    const { body } = await several({ customerIds: ['c1', 'c2', 'c3', 'unheard-of'], suggested: true });
    expect(body.mappings).toMatchObject([
      { customerId: 'c1', state: 'mapped', clientId: client.id, clientName: client.name, origin: 'manual' },
    ]);
    expect(body.refused.map(({ customerId }) => customerId)).toEqual(['c2', 'c3', 'unheard-of']);
    expect(app.sandbox.kernel.calls.count()).toBe(0);
  });

  it('should accept only the client that was seen suggested, where it is said which that was', async () => {
    await suggest('c1', client.id);
    await suggest('c2', '8');
    await suggest('c3', client.id);
    const suggestions = ['c1', 'c2'].map((customerId) => ({ customerId, clientId: client.id }));
    const { body } = await several({ customerIds: ['c1', 'c2', 'c3'], suggested: true, suggestions });
    expect(body.mappings.map(({ customerId }) => customerId)).toEqual(['c1']);
    expect(body.refused).toEqual([
      { customerId: 'c2', detail: `Client ${client.id} is not what is suggested for customer c2 any more. Look at it again.` },
      { customerId: 'c3', detail: expect.stringContaining('No single client is suggested') },
    ]);
    expect(await standing()).toEqual({ c1: `mapped ${client.id}`, c2: 'suggested 8', c3: `suggested ${client.id}` });
  });

  it('should take the same acceptance twice, as of one who pressed twice', async () => {
    await suggest('c1', client.id);
    const accepted = { customerIds: ['c1'], suggested: true, suggestions: [{ customerId: 'c1', clientId: client.id }] };
    const [first, second] = [await several(accepted), await several(accepted)];
    expect(second.body).toEqual(first.body);
    expect((await takeBack(second.body.mappings.map(({ id }) => id))).body.done).toBe(1);
    expect(await standing()).toEqual({ c1: `suggested ${client.id}` });
  });

  it('should take exactly one word', async () => {
    for (const body of [
      {},
      { ignored: true, createClient: true },
      { clientId: client.id, suggested: true },
      { ignored: true, suggestions: [] },
    ])
      expect((await several({ customerIds: ['c1'], ...body })).status).toBe(400);
    for (const customerIds of [[], ['c1', 'c1'], [7], Array.from({ length: 501 }, String)])
      expect((await several({ customerIds, ignored: true })).status).toBe(400);
    expect(await standing()).toEqual({});
  });
});

describe('taking back what was last said', () => {
  it('should bring each back to what it was: unmapped, suggested or mapped', async () => {
    await suggest('c2', client.id);
    await several({ customerIds: ['c3'], createClient: true });
    const before = await standing();
    const { body } = await several({ customerIds: ['c1', 'c2', 'c3'], ignored: true });
    const taken = await takeBack(body.mappings.map(({ id }) => id));
    expect(taken.body).toEqual({ done: 3, refused: [] });
    expect(await standing()).toEqual(before);
    const [suggested] = await app.database.dataSource.manager.findBy(Mapping, { tenantId, customerId: 'c2', archivedAt: IsNull() });
    expect(suggested).toMatchObject({ candidates: [client.id], clientName: client.name, origin: null });
  });

  it('should bring a removed mapping back', async () => {
    const { body } = await several({ customerIds: ['c1'], ignored: true });
    const id = body.mappings[0]!.id;
    await app.api('DELETE', `/mappings/${id}`);
    expect(await standing()).toEqual({});
    expect((await takeBack([id])).body.done).toBe(1);
    expect(await standing()).toEqual({ c1: 'ignored -' });
  });

  it('should not bring a removed mapping back beside a newer one', async () => {
    const { body } = await several({ customerIds: ['c1'], ignored: true });
    const id = body.mappings[0]!.id;
    await app.api('DELETE', `/mappings/${id}`);
    await several({ customerIds: ['c1'], createClient: true });
    expect((await takeBack([id])).body).toMatchObject({ done: 0, refused: [{ customerId: 'c1' }] });
    expect(await standing()).toEqual({ c1: 'mapped -' });
  });

  it('should do so once, and not over what was said since', async () => {
    const { body } = await several({ customerIds: ['c1', 'c2'], ignored: true });
    const [first, second] = body.mappings.map(({ id }) => id);
    await app.database.dataSource.manager.update(Mapping, { id: second! }, { state: 'mapped', clientId: client.id });
    expect((await takeBack([first!, second!])).body).toMatchObject({ done: 1, refused: [{ customerId: 'c2' }] });
    expect(await standing()).toEqual({ c2: `mapped ${client.id}` });
    expect((await takeBack([first!])).body.done).toBe(0);
  });

  it("should leave another tenant's mappings alone", async () => {
    const { body } = await several({ customerIds: ['c1'], ignored: true });
    const other = await app.addTenant(psaInstanceId);
    const answer = await app.api<Taken>('POST', `/tenants/${other}/mappings/take-back`, { mappingIds: [body.mappings[0]!.id] });
    expect(answer.body.done).toBe(0);
    expect(await standing()).toEqual({ c1: 'ignored -' });
  });

  it('should ask what becomes of licences that were linked since', async () => {
    await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c1', status: 'active' }, ['A']);
    const { body } = await several({ customerIds: ['c1'], clientId: client.id });
    const ids = body.mappings.map(({ id }) => id);
    const link = { psaInstanceId, tenantId, subscriptionId: 's1', line: 'A', licenceId: '910001', origin: 'created' as const };
    await app.database.dataSource.manager.insert(Link, link);
    expect((await takeBack(ids)).body).toMatchObject({ done: 0, refused: [{ customerId: 'c1', linkedLicences: 1 }] });
    expect((await takeBack(ids, { licences: 'leave' })).body.done).toBe(1);
    expect(await standing()).toEqual({});
  });
});

describe('the list of customers', () => {
  const ids = async (query: string): Promise<string[]> => {
    const { body } = await app.api<{ data: { customerId: string }[] }>('GET', `/tenants/${tenantId}/customers?${query}`);
    return body.data.map(({ customerId }) => customerId);
  };

  it('should have first, by state, what waits for a person', async () => {
    await suggest('c1', client.id);
    await several({ customerIds: ['c2'], ignored: true });
    expect(await ids('sort=state')).toEqual(['c3', 'c1', 'c2']);
    expect(await ids('state=undecided')).toEqual(['c1', 'c3']);
  });

  it('should have first, by subscriptions, those with the most', async () => {
    await storeSubscription(app.database, tenantId, { subscriptionId: 's1', customerId: 'c2', status: 'active' }, []);
    expect(await ids('sort=subscriptions')).toEqual(['c2', 'c1', 'c3']);
  });
});
