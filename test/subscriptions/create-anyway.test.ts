import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface ChangeJson {
  subscriptionId: string;
  line: string;
  customerId: string;
  psaId: string;
}
interface Shown {
  licenceId: string | null;
  createAnyway: boolean;
}

let app: ConnectedApp;
let tenantId: string;
/** A line whose licence an import created. */
let created: ChangeJson;

/** Runs an import as a worker would, and gives the licences it created. */
async function imported(): Promise<ChangeJson[]> {
  const asked = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] });
  const { dataSource, connect, logger, clock } = app.services;
  const deps = { dataSource, connect, logger, now: () => clock.now(), sleep: () => Promise.resolve() };
  await runImport(deps, asked.body.id, new AbortController().signal);
  const path = `/imports/${asked.body.id}/changes?limit=500&entity=licence&action=create&state=applied`;
  return (await app.api<{ data: ChangeJson[] }>('GET', path)).body.data;
}

const createAnyway = (): ReturnType<typeof app.api<Shown>> =>
  app.api<Shown>('POST', `/tenants/${tenantId}/links`, {
    subscriptionId: created.subscriptionId,
    line: created.line,
    createAnyway: true,
  });

beforeEach(async () => {
  app = await connectedApp();
  tenantId = await app.addTenant(await app.addPsaInstance());
  [created] = (await imported()) as [ChangeJson];
});
afterEach(() => app.close());

describe('A licence that is to be created anyway', () => {
  it('is the one that was created, when it is asked for again', async () => {
    const again = await createAnyway();
    expect(await imported()).toEqual([]);
    expect(again).toMatchObject({ status: 200, body: { licenceId: created.psaId, createAnyway: false } });
  });

  it('is created once more when the one that was created is deleted in HaloPSA', async () => {
    app.sandbox.psa.patchLicence(Number(created.psaId), { deleted: true });
    expect(await createAnyway()).toMatchObject({ status: 201, body: { licenceId: null, createAnyway: true } });
    expect(await imported()).toEqual([expect.objectContaining({ subscriptionId: created.subscriptionId, line: created.line })]);
  });

  it('is created at its client when the one that was created stayed at another', async () => {
    const { data } = (
      await app.api<{ data: { mapping: { id: string } }[] }>('GET', `/tenants/${tenantId}/customers?search=${created.customerId}`)
    ).body;
    const { client_id: before } = app.sandbox.psa.licences().find(({ id }) => String(id) === created.psaId)!;
    const client = String(app.sandbox.psa.clients().find(({ id }) => id !== before)!['id']);
    const moved = await app.api('PATCH', `/mappings/${data[0]!.mapping.id}`, { clientId: client, licences: 'leave' });
    expect(moved.status).toBe(200);
    expect(await createAnyway()).toMatchObject({ status: 201, body: { licenceId: null, createAnyway: true } });
    const [fresh] = await imported();
    expect(app.sandbox.psa.licences().find(({ id }) => String(id) === fresh?.psaId)).toMatchObject({ client_id: Number(client) });
  });
});

it('A licence that was created and is active gives way to one that a person adopts only once it is not billed any more', async () => {
  const { client_id } = app.sandbox.psa.licences().find(({ id }) => String(id) === created.psaId)!;
  const adopted = String(app.sandbox.psa.addLicence({ name: 'By hand', client_id, count: 3, is_active: true }));
  const { subscriptionId, line } = created;
  const adopt = () => app.api<Shown>('POST', `/tenants/${tenantId}/links`, { subscriptionId, line, licenceId: adopted });
  expect(await adopt()).toMatchObject({ status: 409, body: { detail: expect.stringContaining(created.psaId) } });
  app.sandbox.psa.patchLicence(Number(created.psaId), { is_active: false });
  expect(await adopt()).toMatchObject({ status: 201, body: { licenceId: adopted } });
  expect(await imported()).toEqual([]);
  expect(app.sandbox.psa.licences().find(({ id }) => String(id) === created.psaId)).toMatchObject({ is_active: false });
});
