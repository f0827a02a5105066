import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IsNull } from 'typeorm';
import { Link, Mapping } from '../../entities/index.js';
import { runImport } from '../../src/imports/run-import.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface ChangeJson {
  customerId: string;
  psaId: string;
}
interface Skip {
  marketplaceId: string;
  line: string;
  psaId: string;
}
interface Taken {
  done: number;
  refused: { linkedLicences?: number }[];
}

let app: ConnectedApp;
let tenantId: string;
/** The mapping of a customer that has licences. */
let mapping: Mapping;
let links: string[];

/** Runs an import as a worker would, and gives the licences it created. */
async function imported(): Promise<ChangeJson[]> {
  const asked = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] });
  const { dataSource, connect, logger, clock } = app.services;
  const deps = { dataSource, connect, logger, now: () => clock.now(), sleep: () => Promise.resolve() };
  await runImport(deps, asked.body.id, new AbortController().signal);
  const path = `/imports/${asked.body.id}/changes?limit=500&entity=licence&action=create&state=applied`;
  return (await app.api<{ data: ChangeJson[] }>('GET', path)).body.data;
}

const manager = () => app.database.dataSource.manager;
/** Which line is kept in which licence. */
const standing = async (): Promise<string[]> =>
  (await manager().findBy(Link, { tenantId, archivedAt: IsNull() }))
    .map(({ subscriptionId, line, licenceId }) => `${subscriptionId} ${line} ${licenceId}`)
    .toSorted();
const takeBack = async (more: object = {}): Promise<Taken> =>
  (await app.api<Taken>('POST', `/tenants/${tenantId}/mappings/take-back`, { mappingIds: [mapping.id], ...more })).body;
const toAnother = async (licences: string): Promise<void> => {
  const other = app.sandbox.psa.clients().find(({ id }) => String(id) !== mapping.clientId)!;
  expect((await app.api('PATCH', `/mappings/${mapping.id}`, { clientId: String(other.id), licences })).status).toBe(200);
};

beforeEach(async () => {
  app = await connectedApp();
  tenantId = await app.addTenant(await app.addPsaInstance());
  const [created] = await imported();
  mapping = await manager().findOneByOrFail(Mapping, { tenantId, customerId: created!.customerId, archivedAt: IsNull() });
  links = await standing();
});
afterEach(() => app.close());

describe('Licences that were left behind by a step that is taken back', () => {
  it('are linked again, and none is made beside them, when the mapping had been removed', async () => {
    expect((await app.api('DELETE', `/mappings/${mapping.id}?licences=recreate`)).status).toBe(204);
    expect(await takeBack()).toEqual({ done: 1, refused: [] });
    expect(await imported()).toEqual([]);
    expect(await standing()).toEqual(links);
  });

  it('are linked again, and none is made beside them, when the customer had been mapped to another client', async () => {
    await toAnother('recreate');
    expect(await takeBack()).toEqual({ done: 1, refused: [] });
    expect(await imported()).toEqual([]);
    expect(await standing()).toEqual(links);
  });

  it('go on where new ones were made meanwhile, when those are left behind in turn', async () => {
    await toAnother('recreate');
    const made = await imported();
    expect(made.length).toBeGreaterThan(0);
    expect(await takeBack()).toEqual({ done: 0, refused: [expect.objectContaining({ linkedLicences: made.length })] });
    expect(await takeBack({ licences: 'recreate' })).toEqual({ done: 1, refused: [] });
    expect(await imported()).toEqual([]);
    expect(await standing()).toEqual(links);
  });

  it('stay behind where new ones were made meanwhile that are to stay', async () => {
    await toAnother('recreate');
    await imported();
    const fresh = await standing();
    expect(await takeBack({ licences: 'leave' })).toEqual({ done: 1, refused: [] });
    expect(await imported()).toEqual([]);
    expect(await standing()).toEqual(fresh);
  });
});

describe('Licences that were left behind at a client that the customer comes back to', () => {
  const back = (more: object = {}) => app.api('PATCH', `/mappings/${mapping.id}`, { clientId: mapping.clientId, ...more });

  it('are linked again, and none is made beside them', async () => {
    await toAnother('recreate');
    expect((await back()).status).toBe(200);
    expect(await imported()).toEqual([]);
    expect(await standing()).toEqual(links);
  });

  it('are linked again in place of new ones that are left behind in turn', async () => {
    await toAnother('recreate');
    expect((await imported()).length).toBeGreaterThan(0);
    expect((await back({ licences: 'recreate' })).status).toBe(200);
    expect(await imported()).toEqual([]);
    expect(await standing()).toEqual(links);
  });

  it('are linked again when its mapping had been removed', async () => {
    const { customerId, clientId, id } = mapping;
    expect((await app.api('DELETE', `/mappings/${id}?licences=recreate`)).status).toBe(204);
    expect((await app.api('POST', `/tenants/${tenantId}/mappings`, { customerId, clientId })).status).toBe(201);
    expect(await imported()).toEqual([]);
    expect(await standing()).toEqual(links);
  });

  it('get no twins when an import maps it there by its name: a person is asked', async () => {
    // What of the clients bears the customer's name was created for it, and is found by that name from now on.
    expect((await app.api('DELETE', `/mappings/${mapping.id}?licences=recreate`)).status).toBe(204);
    expect(await imported()).toEqual([]);
    const [now] = await manager().findBy(Mapping, { tenantId, customerId: mapping.customerId, archivedAt: IsNull() });
    expect(now).toMatchObject({ state: 'mapped', clientId: mapping.clientId });
    const [last] = (await app.api<{ data: { id: string }[] }>('GET', `/imports?tenantId=${tenantId}`)).body.data;
    const { data } = (await app.api<{ data: Skip[] }>('GET', `/imports/${last!.id}/skips?reason=already_in_psa`)).body;
    for (const { marketplaceId, line, psaId } of data)
      await app.api('POST', `/tenants/${tenantId}/links`, { subscriptionId: marketplaceId, line, licenceId: psaId });
    expect(await standing()).toEqual(links);
  });

  it('stay behind when it comes to a third one', async () => {
    await toAnother('recreate');
    const third = app.sandbox.psa.clients().filter(({ id }) => String(id) !== mapping.clientId)[1]!;
    expect((await back({ clientId: String(third.id) })).status).toBe(200);
    expect((await imported()).length).toBeGreaterThan(0);
  });
});

it('What becomes of licences is asked, too, where a suggestion that was accepted is taken back', async () => {
  const before = { state: 'suggested' as const, clientId: mapping.clientId, clientName: mapping.clientName, origin: null };
  await manager().update(Mapping, { id: mapping.id }, before);
  const accepted = { customerIds: [mapping.customerId], suggested: true, licences: 'leave' };
  expect((await app.api('POST', `/tenants/${tenantId}/mappings/several`, accepted)).body).toMatchObject({ refused: [] });
  expect(await takeBack()).toEqual({ done: 0, refused: [expect.objectContaining({ linkedLicences: expect.any(Number) })] });
  expect(await takeBack({ licences: 'leave' })).toEqual({ done: 1, refused: [] });
  expect(await manager().findOneByOrFail(Mapping, { id: mapping.id })).toMatchObject({ state: 'suggested' });
});
