import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import type { ImportView } from '../../src/imports/import-view.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface List<T> {
  data: T[];
  pagination: { total: number };
}
interface Line {
  subscriptionId: string;
  line: string | null;
  customerId: string;
  clientId: string | null;
  licenceId: string | null;
  state: string;
}

let app: ConnectedApp;
let tenantId: string;
beforeAll(async () => {
  app = await connectedApp();
  tenantId = await app.addTenant(await app.addPsaInstance(), { clientImport: { topLevelId: '2' } });
});
afterAll(() => app.close());

const sleep = (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });

/** Starts an import as a person would, and does what a worker does with it. */
async function imported(body: object): Promise<ImportView> {
  const started = await app.api<ImportView>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'], ...body });
  const { dataSource, connect, logger, clock } = app.services;
  await runImport({ dataSource, connect, logger, now: () => clock.now(), sleep }, started.body.id, new AbortController().signal);
  return (await app.api<ImportView>('GET', `/imports/${started.body.id}`)).body;
}

const all = async <T>(path: string): Promise<T[]> =>
  (await app.api<List<T>>('GET', `${path}${path.includes('?') ? '&' : '?'}limit=500`)).body.data;

describe('an import seen through the API', () => {
  it('should be shown with what it did, to whom, and what is still to be said', async () => {
    const preview = await imported({ preview: true });
    expect([preview.state, preview.error, app.sandbox.psa.writes().licences]).toEqual(['succeeded_with_skips', undefined, 0]);
    const real = await imported({});
    expect([real.state, real.error, real.phase]).toEqual(['succeeded_with_skips', undefined, 'done']);

    const changes = await all<{ entity: string; action: string; state: string }>(`/imports/${real.id}/changes?state=applied`);
    const created = changes.filter(({ entity, action }) => entity === 'licence' && action === 'create');
    expect(created.length).toBeGreaterThan(0);
    expect(created.length).toBe(real.counts.licences.created);
    expect(await all(`/imports/${real.id}/skips`)).toHaveLength(real.counts.skipped);

    const linked = await all<Line>(`/tenants/${tenantId}/subscriptions?state=linked`);
    expect(linked).toHaveLength(created.length);
    const clientOfLicence = new Map(app.sandbox.psa.licences().map((licence) => [String(licence.id), String(licence['client_id'])]));
    expect(linked.map(({ licenceId }) => clientOfLicence.get(licenceId ?? ''))).toEqual(linked.map(({ clientId }) => clientId));
    const customers = await all<{ customerId: string; mapping: { state: string } | null }>(`/tenants/${tenantId}/customers?state=mapped`);
    expect(customers.map(({ customerId }) => customerId)).toEqual(expect.arrayContaining(linked.map(({ customerId }) => customerId)));
    expect((await app.api<{ lastImport: ImportView }>('GET', `/tenants/${tenantId}`)).body.lastImport).toEqual(real);

    expect((await imported({})).counts.licences).toMatchObject({ created: 0, updated: 0 });
  });

  it('should recreate the licences of a customer who is mapped to another client, and leave the old ones where they are', async () => {
    const [line] = await all<Line>(`/tenants/${tenantId}/subscriptions?state=linked`);
    const mapping = (await all<{ customerId: string; mapping: { id: string } }>(`/tenants/${tenantId}/customers?state=mapped`)).find(
      ({ customerId }) => customerId === line?.customerId,
    )?.mapping;
    const other = app.sandbox.psa.clients().find((client) => String(client.id) !== line?.clientId && client['inactive'] !== true);
    expect((await app.api('PATCH', `/mappings/${mapping?.id}`, { clientId: String(other?.id) })).status).toBe(409);
    expect((await app.api('PATCH', `/mappings/${mapping?.id}`, { clientId: String(other?.id), licences: 'recreate' })).status).toBe(200);
    await imported({ customerId: line?.customerId });
    const now = (await all<Line>(`/tenants/${tenantId}/subscriptions?customerId=${line?.customerId}&state=linked`)).find(
      ({ subscriptionId }) => subscriptionId === line?.subscriptionId,
    );
    expect(now).toMatchObject({ clientId: String(other?.id) });
    expect(now?.licenceId).not.toBe(line?.licenceId);
    const old = app.sandbox.psa.licences().find(({ id }) => String(id) === line?.licenceId);
    expect([String(old?.['client_id']), old?.['is_active']]).toEqual([line?.clientId, true]);
  });
});
