import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import type { ImportView } from '../../src/imports/import-view.js';
import { stage, type Stage } from './stage.js';

let there: Stage;
let tenantId: string;
beforeAll(async () => {
  there = await stage();
  tenantId = await there.addTenant('North', { n1: '12' });
});
afterAll(() => there.close());
beforeEach(() => there.clear());

const listed = async (query = ''): Promise<string[]> => (await there.deliveries(query)).map(({ event }) => event ?? 'none');

describe('what came, as people look at it', () => {
  it('should be for admins of that PSA instance alone', async () => {
    const url = `/psa-instances/${there.psaInstanceId}/webhook-deliveries`;
    const other = await there.app.addPsaInstance();
    expect((await there.app.call(undefined, 'GET', `/api/v1${url}`)).statusCode).toBe(401);
    for (const [role, of, status] of [
      ['admin', there.psaInstanceId, 200],
      ['operator', there.psaInstanceId, 403],
      ['viewer', there.psaInstanceId, 403],
      ['admin', other, 404],
    ] as const) {
      expect([role, (await there.app.api('GET', url, undefined, await there.app.token(role, of))).status]).toEqual([role, status]);
    }
  });

  it('should be listed newest first, in parts, and filtered', async () => {
    for (const body of [{ event: 'one' }, { event: 'import.client', client_id: 12 }, { event: 'import.client' }])
      await there.send({ body });
    expect(await listed()).toEqual(['import.client', 'import.client', 'one']);
    expect(await listed('?offset=1&limit=1')).toEqual(['import.client']);
    expect(await listed('?event=one')).toEqual(['one']);
    expect((await there.deliveries('?state=acted')).map(({ imports }) => imports)).toMatchObject([[{ tenantId, state: 'started' }]]);
    expect(await listed('?state=refused&event=one')).toEqual([]);
  });

  it('should be counted, repeats too, and stay counted when deliveries are pruned', async () => {
    for (const body of [{ event: 'a"b\nc' }, { event: 'a"b\nc' }, { event: 'import.client', client_id: 12 }, { event: 'import.all' }]) {
      await there.send({ body });
    }
    await there.app.database.dataSource.query('DELETE FROM webhook_deliveries');
    const metrics = async (token: string): Promise<string[]> =>
      (await there.app.call(token, 'GET', '/metrics')).body
        .split('\n')
        .filter((line) => line.startsWith('isthmus_webhook_deliveries_total{'))
        .map((line) => line.replace(/psa_instance_id="[^"]*",psa_instance="Halo",/, ''))
        .toSorted();
    expect(await metrics(there.app.owner)).toEqual([
      'isthmus_webhook_deliveries_total{event="import.all",outcome="refused"} 1',
      'isthmus_webhook_deliveries_total{event="import.client",outcome="acted"} 1',
      'isthmus_webhook_deliveries_total{event="other",outcome="ignored"} 1',
      'isthmus_webhook_deliveries_total{event="other",outcome="repeat"} 1',
    ]);
    expect(await metrics(await there.app.token('viewer', await there.app.addPsaInstance()))).toEqual([]);
  });
});

describe('“Import for this client”', () => {
  it('should bring the subscriptions of the client’s customer into HaloPSA, and nobody else’s', async () => {
    const { sandbox } = there.app;
    const { customerId } = sandbox.data.marketplace.subscriptions.find(({ status }) => status === 'active')!;
    const [client] = sandbox.psa.clients();
    const before = sandbox.psa.licences().map(({ id }) => id);
    const mapped = await there.addTenant('Real', { [customerId]: String(client!.id) });
    const { imports } = await there.accepted({ event: 'import.client', client_id: client!.id });
    expect(imports).toMatchObject([{ tenantId: mapped, state: 'started' }]);

    const { dataSource, connect, logger, clock } = there.app.services;
    const sleep = (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });
    const importId = imports[0]!.importId!;
    await runImport({ dataSource, connect, logger, now: () => clock.now(), sleep }, importId, new AbortController().signal);
    const done = (await there.app.api<ImportView>('GET', `/imports/${importId}`)).body;
    expect(done).toMatchObject({ trigger: 'webhook', scope: { kind: 'client', clientId: String(client!.id) }, phase: 'done' });
    const made = sandbox.psa.licences().filter(({ id }) => !before.includes(id));
    expect(made.length).toBeGreaterThan(0);
    expect(made.length).toBe(done.counts.licences.created);
    expect(new Set(made.map((licence) => licence['client_id']))).toEqual(new Set([client!.id]));
  });
});
