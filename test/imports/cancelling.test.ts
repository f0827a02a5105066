import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Import } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { begin, haltCall } from './halted.js';

interface ImportJson {
  id: string;
  state: string;
  counts: { licences: { created: number }; clients: { created: number } };
  remarks: string[];
}

describe('An import that is cancelled while it waits to go on after an attempt', () => {
  let app: ConnectedApp;
  let id: string;
  /** Clients and licences that HaloPSA holds of it. */
  let stored: { clients: number; licences: number };

  beforeEach(async () => {
    app = await connectedApp();
    const tenantId = await app.addTenant(await app.addPsaInstance());
    id = (await app.api<ImportJson>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] })).body.id;
    // Its process is asked to stop when its first write is stored.
    const { dataSource, connect, logger, clock } = app.services;
    const stop = new AbortController();
    const deps = { dataSource, connect, logger, now: () => clock.now(), sleep: () => Promise.resolve() };
    const halted = haltCall(app.sandbox, 'handled', ({ vendor, method, records }) => vendor === 'psa' && method === 'POST' && records > 0);
    const attempt = begin(deps, id, stop.signal);
    await halted.reached;
    const { clients, licences } = app.sandbox.psa.writes();
    stored = { clients, licences };
    expect(clients + licences).toBeGreaterThan(0);
    stop.abort(new Error('Isthmus is stopping'));
    halted.letGo();
    await expect(attempt).rejects.toThrow();
    expect((await app.api(`POST`, `/imports/${id}/cancel`)).body).toMatchObject({ state: 'cancelled' });
  });
  afterEach(() => app.close());

  it('tells what was done', async () => {
    const { body } = await app.api<ImportJson>('GET', `/imports/${id}`);
    expect(body.counts).toMatchObject({ clients: { created: stored.clients }, licences: { created: stored.licences } });
    expect(body.remarks).toContainEqual(expect.stringContaining('what was done stays done'));
  });

  it('shows nothing as planned that is never begun', async () => {
    const changes = (await app.api<{ data: { state: string; message: string }[] }>('GET', `/imports/${id}/changes?limit=500`)).body.data;
    expect(changes.filter(({ state }) => state === 'planned')).toEqual([]);
    const never = changes.filter(({ state }) => state === 'superseded');
    expect(never.length).toBeGreaterThan(0);
    expect(changes.filter(({ state }) => state === 'applied')).toHaveLength(changes.length - never.length);
  });

  it('is over: cancelling it again says the same, and one that ended otherwise is not cancelled', async () => {
    expect(await app.api('POST', `/imports/${id}/cancel`)).toMatchObject({ status: 202, body: { state: 'cancelled' } });
    // The wish came when it was just about to end.
    await app.database.dataSource.manager.update(Import, { id }, { state: 'needs_approval' });
    expect((await app.api('POST', `/imports/${id}/cancel`)).status).toBe(409);
  });
});
