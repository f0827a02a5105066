import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Change, Import, Link, Mapping, Skip } from '../../entities/index.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeMapping, storeSubscription } from '../support/marketplace-records.js';

interface List {
  data: Record<string, unknown>[];
  pagination: { total: number };
}

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
beforeAll(async () => {
  app = await connectedApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  psaInstanceId = await app.addPsaInstance();
  tenantId = await app.addTenant(psaInstanceId);
  await storeCustomer(app.database, tenantId, 'c1');
});

const start = (): ReturnType<typeof app.api<{ id: string }>> =>
  app.api('POST', `/tenants/${tenantId}/imports`, { entities: ['customers'] });

describe('imports', () => {
  it('should list imports newest first, by tenant and state', async () => {
    const first = await start();
    await app.api('POST', `/imports/${first.body.id}/cancel`);
    const second = await start();
    const ids = async (query: string): Promise<unknown[]> =>
      (await app.api<List>('GET', `/imports?tenantId=${tenantId}${query}`)).body.data.map(({ id }) => id);
    expect(await ids('')).toEqual([second.body.id, first.body.id]);
    expect(await ids('&state=cancelled')).toEqual([first.body.id]);
    expect(await ids('&limit=1&offset=1')).toEqual([first.body.id]);
    const mine = await app.api<List>('GET', '/imports', undefined, await app.token('viewer', psaInstanceId));
    expect(mine.body.pagination.total).toBe(2);
  });

  it('should list no imports of a PSA instance that is archived, each of which is gone too', async () => {
    const { body } = await start();
    await app.api('POST', `/imports/${body.id}/cancel`);
    const ids = async (): Promise<unknown[]> => (await app.api<List>('GET', '/imports?limit=500')).body.data.map(({ id }) => id);
    expect(await ids()).toContain(body.id);
    expect((await app.api('DELETE', `/psa-instances/${psaInstanceId}`)).status).toBe(204);
    expect((await app.api('GET', `/imports/${body.id}`)).status).toBe(404);
    expect(await ids()).not.toContain(body.id);
  });

  it('should show what an import did and left alone', async () => {
    const { body } = await start();
    const { manager } = app.database.dataSource;
    const shared = { psaInstanceId, tenantId, importId: body.id, attempt: 1, youngestBefore: null, sentAt: null, settledAt: null };
    const made = { customerId: 'c1', subscriptionId: '5', line: 'A', planned: { count: 3 }, after: { count: 3 } };
    await manager.insert(Change, [
      {
        ...shared,
        ...made,
        id: randomUUID(),
        sequence: 1,
        entity: 'licence',
        action: 'update',
        psaId: '44',
        before: { count: 2 },
        state: 'applied',
        message: 'a remark',
      },
      {
        ...shared,
        ...made,
        id: randomUUID(),
        sequence: 0,
        entity: 'client',
        action: 'create',
        psaId: null,
        before: null,
        subscriptionId: null,
        line: null,
        state: 'planned',
        message: null,
      },
    ]);
    await manager.insert(Skip, [
      {
        importId: body.id,
        entity: 'subscription',
        marketplaceId: '9',
        line: 'A',
        psaId: null,
        reason: 'fractional',
        detail: 'Half a seat.',
      },
      {
        importId: body.id,
        entity: 'customer',
        marketplaceId: 'c1',
        line: null,
        psaId: '4',
        reason: 'ignored',
        detail: 'As a person said.',
      },
    ]);
    const get = async (path: string): Promise<List> => (await app.api<List>('GET', `/imports/${body.id}/${path}`)).body;
    const changes = await get('changes');
    expect(changes.data).toEqual([
      {
        id: expect.any(String),
        entity: 'client',
        action: 'create',
        customerId: 'c1',
        customerName: 'Customer c1',
        before: null,
        after: { count: 3 },
        state: 'planned',
        settledAt: null,
      },
      {
        id: expect.any(String),
        entity: 'licence',
        action: 'update',
        customerId: 'c1',
        customerName: 'Customer c1',
        subscriptionId: '5',
        line: 'A',
        psaId: '44',
        before: { count: 2 },
        after: { count: 3 },
        state: 'applied',
        message: 'a remark',
        settledAt: null,
      },
    ]);
    for (const query of ['entity=licence', 'action=update', 'state=applied'])
      expect((await get(`changes?${query}`)).data).toEqual([changes.data[1]]);
    expect((await get('skips')).data).toEqual([
      { entity: 'subscription', marketplaceId: '9', line: 'A', reason: 'fractional', detail: 'Half a seat.' },
      {
        entity: 'customer',
        marketplaceId: 'c1',
        customerId: 'c1',
        customerName: 'Customer c1',
        psaId: '4',
        reason: 'ignored',
        detail: 'As a person said.',
      },
    ]);
    expect((await get('skips?reason=ignored')).pagination.total).toBe(1);
    expect((await app.api('GET', `/imports/${body.id}/skip-reasons`)).body).toEqual({
      reasons: [
        { reason: 'fractional', count: 1 },
        { reason: 'ignored', count: 1 },
      ],
    });
  });

  it('should say of what was left alone what was decided since', async () => {
    const { body } = await start();
    const { manager } = app.database.dataSource;
    for (const customerId of ['c2', 'c3', 'c4']) await storeCustomer(app.database, tenantId, customerId);
    await storeSubscription(app.database, tenantId, { subscriptionId: '9', customerId: 'c1', status: 'active' }, ['A', 'B', 'C', 'D', 'E']);
    const skips = (['unmapped_customer', 'suggested_customer', 'ambiguous_customer', 'ignored'] as const).map((reason, at) => ({
      entity: 'customer' as const,
      marketplaceId: `c${at + 1}`,
      line: null,
      psaId: null,
      reason,
    }));
    const lines = (['already_in_psa', 'deleted_in_psa', 'deleted_in_psa', 'successor', 'already_in_psa'] as const).map((reason, at) => ({
      entity: 'subscription' as const,
      marketplaceId: '9',
      line: 'ABCDE'[at]!,
      psaId: '44',
      reason,
    }));
    await manager.insert(
      Skip,
      [...skips, ...lines].map((skip) => ({ ...skip, importId: body.id, detail: 'Why.' })),
    );
    await storeMapping(app.database, tenantId, 'c1', '12');
    for (const customerId of ['c2', 'c4'])
      await manager.insert(Mapping, { tenantId, customerId, state: 'ignored', clientId: null, candidates: [] });
    const link = (line: string, licenceId: string | null): Promise<unknown> =>
      manager.insert(Link, { psaInstanceId, tenantId, subscriptionId: '9', line, licenceId, createAnyway: licenceId === null });
    await link('A', '45');
    await link('B', '44');
    await link('C', null);
    await link('D', '46');
    const shown = (await app.api<List>('GET', `/imports/${body.id}/skips`)).body.data;
    expect(shown.map(({ customerId, decided }) => [customerId, decided])).toEqual([
      ['c1', 'mapped'],
      ['c2', 'ignored'],
      ['c3', undefined],
      // That it is ignored is why.
      ['c4', undefined],
      ['c1', 'linked'],
      // The link to what was deleted is why.
      ['c1', undefined],
      ['c1', 'create_anyway'],
      ['c1', 'linked'],
      ['c1', undefined],
    ]);
  });

  it('should show who must act on an import that failed', async () => {
    const { body } = await start();
    const error = { actor: 'configuration' as const, code: 'marketplace_credentials', message: 'The password was rejected.' };
    await app.database.dataSource.manager.update(Import, { id: body.id }, { state: 'failed', phase: 'done', error });
    expect((await app.api('GET', `/imports/${body.id}`)).body).toMatchObject({ state: 'failed', error });
  });
});
