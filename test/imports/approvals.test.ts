import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface ImportJson {
  id: string;
  state: string;
  digest?: string;
  counts: { held: number; failed: number; licences: { deactivated: number } };
  remarks: string[];
}

interface ChangeJson {
  id: string;
  action: string;
  state: string;
  psaId: string;
  subscriptionId: string;
  message: string;
}

describe('What the guard holds', () => {
  let app: ConnectedApp;
  let tenantId: string;
  /** Live subscriptions that have one licence. */
  let linked: string[];

  beforeAll(async () => {
    app = await connectedApp();
  });
  afterAll(() => app.close());

  /** Runs an import as a worker would. */
  const run = async (id: string): Promise<ImportJson> => {
    const { dataSource, connect, logger, clock } = app.services;
    await runImport(
      { dataSource, connect, logger, now: () => clock.now(), sleep: () => Promise.resolve() },
      id,
      new AbortController().signal,
    );
    return (await app.api<ImportJson>('GET', `/imports/${id}`)).body;
  };
  const byHand = async (): Promise<ImportJson> =>
    run((await app.api<ImportJson>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] })).body.id);
  const byIntegrator = async (): Promise<ImportJson> =>
    run((await app.api<ImportJson>('POST', `/tenants/${tenantId}/integrator/run`)).body.id);
  const changes = async (id: string, filter = ''): Promise<ChangeJson[]> =>
    (await app.api<{ data: ChangeJson[] }>('GET', `/imports/${id}/changes?limit=500${filter}`)).body.data;
  const remove = (ids: readonly string[]): void => {
    for (const id of ids) app.sandbox.marketplace.world.changeSubscription(id, { status: 'removed' });
  };
  const active = (): number =>
    app.sandbox.psa.licences().filter((licence) => licence['is_active'] === true && String(licence['snowid']).startsWith('ingram/')).length;

  beforeEach(async () => {
    app.sandbox.reset();
    const psaInstanceId = await app.addPsaInstance();
    tenantId = await app.addTenant(psaInstanceId, { guard: { floor: 1, percent: 10 } });
    expect((await app.api('POST', `/tenants/${tenantId}/verify`)).status).toBe(200);
    const patched = await app.api('PATCH', `/tenants/${tenantId}`, { integrator: { enabled: true, deactivateDeleted: true } });
    expect(patched.status).toBe(200);
    const first = await byHand();
    expect(first.state).toBe('succeeded_with_skips');
    const created = Map.groupBy(await changes(first.id, '&entity=licence&action=create&state=applied'), (change) => change.subscriptionId);
    linked = [...created].filter(([, lines]) => lines.length === 1).map(([subscriptionId]) => subscriptionId);
    expect(linked.length).toBeGreaterThan(3);
  });

  it('lets what is usual end by itself', async () => {
    remove(linked.slice(0, 1));
    const before = active();
    const done = await byIntegrator();
    expect(done).toMatchObject({ state: expect.stringMatching(/^succeeded/), counts: { held: 0, licences: { deactivated: 1 } } });
    expect(active()).toBe(before - 1);
  });

  it('keeps a mass ending for a person, does the rest, and says why', async () => {
    remove(linked.slice(0, 3));
    app.sandbox.marketplace.world.changeSubscription(linked[3]!, {}, { quantity: 77 });
    const before = active();
    const waiting = await byIntegrator();
    expect(waiting).toMatchObject({
      state: 'needs_approval',
      counts: { held: 3, licences: { deactivated: 0, updated: 1 } },
      digest: expect.stringMatching(/^[\da-f]{64}$/),
    });
    expect(active()).toBe(before);
    const held = await changes(waiting.id, '&state=held');
    expect(held.map((change) => change.subscriptionId).toSorted()).toEqual(linked.slice(0, 3).toSorted());
    expect(held.every((change) => change.message.includes('at once'))).toBe(true);
  });

  it('takes its percentage of the licences of this tenant, whatever else is in HaloPSA', async () => {
    const { id: _, ...any } = app.sandbox.psa.licences()[0]!;
    for (let more = 0; more < 60; more += 1) app.sandbox.psa.addLicence({ ...any, snowid: '', is_active: true });
    remove(linked.slice(0, 3));
    expect(await byIntegrator()).toMatchObject({ state: 'needs_approval', counts: { held: 3, licences: { deactivated: 0 } } });
  });

  it('keeps many new clients for a person, once there was an import, and makes them when they are approved', async () => {
    const { world } = app.sandbox.marketplace;
    for (let more = 1; more <= 3; more += 1) world.addCustomer({ name: `Suddenly here ${more}` });
    const there = app.sandbox.psa.clients().length;
    const waiting = await byHand();
    expect(waiting).toMatchObject({ state: 'needs_approval', counts: { held: 3 } });
    expect(app.sandbox.psa.clients().length).toBe(there);
    await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest });
    expect((await run(waiting.id)).counts.held).toBe(0);
    expect(app.sandbox.psa.clients().length).toBe(there + 3);
  });

  it('makes what is approved, after looking again', async () => {
    remove(linked.slice(0, 3));
    const before = active();
    const waiting = await byIntegrator();
    // Meanwhile one of them turned out to be alive.
    app.sandbox.marketplace.world.changeSubscription(linked[0]!, { status: 'active' });
    const answer = await app.api<ImportJson>('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest });
    expect(answer).toMatchObject({ status: 202, body: { id: waiting.id, state: 'queued' } });
    const done = await run(waiting.id);
    expect(done).toMatchObject({ state: expect.stringMatching(/^succeeded/), counts: { held: 0, licences: { deactivated: 2 } } });
    expect(done.remarks.join(' ')).toContain('1 of them are not called for any more');
    expect(active()).toBe(before - 2);
  });

  it('makes what is approved on another day, when what ends would be written with another date', async () => {
    remove(linked.slice(0, 3));
    const before = active();
    const waiting = await byIntegrator();
    app.moment.at += 86_400_000;
    try {
      await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest });
      const done = await run(waiting.id);
      expect(done).toMatchObject({ state: expect.stringMatching(/^succeeded/), counts: { held: 0, licences: { deactivated: 3 } } });
    } finally {
      app.moment.at -= 86_400_000;
    }
    expect(active()).toBe(before - 3);
  });

  it('makes only those of the held changes that were named', async () => {
    remove(linked.slice(0, 3));
    const before = active();
    const waiting = await byIntegrator();
    const [one] = await changes(waiting.id, '&state=held');
    await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest, changeIds: [one!.id] });
    const done = await run(waiting.id);
    expect(done.counts).toMatchObject({ held: 0, licences: { deactivated: 1 } });
    expect(active()).toBe(before - 1);
  });

  it('makes nothing of what was discarded, and holds it again next time', async () => {
    remove(linked.slice(0, 3));
    const before = active();
    const waiting = await byIntegrator();
    const answer = await app.api<ImportJson>('POST', `/imports/${waiting.id}/discard`);
    expect(answer).toMatchObject({ status: 200, body: { state: 'succeeded_with_skips', counts: { held: 0 } } });
    expect(answer.body.digest).toBeUndefined();
    expect(active()).toBe(before);
    expect((await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest })).status).toBe(409);
    expect((await byIntegrator()).state).toBe('needs_approval');
  });

  it('is replaced by the next import', async () => {
    remove(linked.slice(0, 3));
    const waiting = await byIntegrator();
    const next = await byIntegrator();
    expect(next.state).toBe('needs_approval');
    expect((await app.api<ImportJson>('GET', `/imports/${waiting.id}`)).body).toMatchObject({
      state: 'succeeded_with_skips',
      counts: { held: 0 },
    });
    expect(await changes(waiting.id, '&state=held')).toEqual([]);
    expect((await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest })).status).toBe(409);
  });

  it('is approved only as it was seen', async () => {
    remove(linked.slice(0, 3));
    const waiting = await byIntegrator();
    const before = active();
    expect((await app.api('POST', `/imports/${waiting.id}/approve`, { digest: 'f'.repeat(64) })).status).toBe(409);
    expect((await app.api('POST', `/imports/${waiting.id}/approve`, { digest: 'short' })).status).toBe(400);
    expect((await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest, changeIds: [randomUUID()] })).status).toBe(
      400,
    );
    expect((await app.api<ImportJson>('GET', `/imports/${waiting.id}`)).body.state).toBe('needs_approval');
    expect(active()).toBe(before);
  });

  it('is approved by operators, not by viewers', async () => {
    remove(linked.slice(0, 3));
    const waiting = await byIntegrator();
    const psaInstanceId = (await app.api<{ psaInstanceId: string }>('GET', `/tenants/${tenantId}`)).body.psaInstanceId;
    const viewer = await app.token('viewer', psaInstanceId);
    expect((await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest }, viewer)).status).toBe(403);
    expect((await app.api('POST', `/imports/${waiting.id}/discard`, undefined, viewer)).status).toBe(403);
    const operator = await app.token('operator', psaInstanceId);
    expect((await app.api('POST', `/imports/${waiting.id}/approve`, { digest: waiting.digest }, operator)).status).toBe(202);
  });

  it('includes endings while more than one record in twenty cannot be understood, however many ended ones are listed', async () => {
    const { world } = app.sandbox.marketplace;
    const listed = world.subscriptions.newestFirst().length;
    for (let more = 0; more < 100 - listed; more += 1)
      world.addSubscription({ customerId: world.customers.newestFirst()[0]!.id, status: 'removed' }, 1);
    world.changeSubscription(linked[1]!, {}, { quantity: 8 });
    const path = `^/subscriptions/${linked[1]}`;
    app.sandbox.kernel.faults.add({
      vendor: 'marketplace',
      path,
      times: 0,
      status: 200,
      body: { id: linked[1], products: 'none of the kind' },
    });
    remove(linked.slice(0, 1));
    const before = active();
    const waiting = await byIntegrator();
    expect(waiting).toMatchObject({ state: 'needs_approval', counts: { held: 1, licences: { deactivated: 0 } } });
    expect(active()).toBe(before);
    const [held] = await changes(waiting.id, '&state=held');
    expect(held!.message).toMatch(/^1 of \d+ subscription records could not be understood/);
  });

  it('never ends a licence in an import by hand', async () => {
    remove(linked);
    const before = active();
    expect(await byHand()).toMatchObject({ state: 'succeeded_with_skips', counts: { held: 0, licences: { deactivated: 0 } } });
    expect(active()).toBe(before);
  });

  it('never ends a licence where the option is off, in an import of the integrator either', async () => {
    expect((await app.api('PATCH', `/tenants/${tenantId}`, { integrator: { deactivateDeleted: false } })).status).toBe(200);
    remove(linked.slice(0, 1));
    const before = active();
    expect(await byIntegrator()).toMatchObject({ state: 'succeeded_with_skips', counts: { held: 0, licences: { deactivated: 0 } } });
    expect(active()).toBe(before);
  });

  it('includes seats that drop to nothing, by hand too', async () => {
    for (const id of linked.slice(0, 3)) app.sandbox.marketplace.world.changeSubscription(id, {}, { quantity: 0 });
    const waiting = await byHand();
    expect(waiting).toMatchObject({ state: 'needs_approval', counts: { held: 3 } });
  });
});
