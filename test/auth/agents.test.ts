import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

let app: ConnectedApp;
let here: string;
let elsewhere: string;
let admin: string;
beforeAll(async () => {
  app = await connectedApp();
  here = await app.addPsaInstance();
  elsewhere = await app.addPsaInstance();
  admin = await app.token('admin', here);
});
beforeEach(async () => {
  app.sandbox.reset();
  await app.database.dataSource.query('DELETE FROM agents');
});
afterAll(() => app.close());

const grant = async (body: object, token = admin): Promise<{ status: number; body: Record<string, unknown> }> =>
  app.api('PUT', '/agents', body, token);
const list = async (token = admin): Promise<Record<string, unknown>[]> =>
  (await app.api<{ data: Record<string, unknown>[] }>('GET', '/agents', undefined, token)).body.data;

describe('PUT /agents', () => {
  it('gives an agent who never came a role, under the name that Halo knows', async () => {
    expect(await grant({ agentId: '3', role: 'operator' })).toMatchObject({
      status: 200,
      body: { psaInstanceId: here, agentId: '3', name: 'Dana Dispatcher', role: 'operator', grantedBy: 'test', signedInAt: null },
    });
    expect(await list()).toEqual([expect.objectContaining({ agentId: '3', role: 'operator' })]);
  });

  it('is in the audit trail with what was before, once', async () => {
    for (const role of ['operator', 'operator', 'admin']) await grant({ agentId: '2', role });
    const { body } = await app.api<{ data: object[] }>('GET', '/audit?action=grant&entityId=2', undefined, admin);
    expect(body.data).toMatchObject([
      { entity: 'agent', entityId: '2', before: { role: 'operator' }, after: { role: 'admin' } },
      { entity: 'agent', entityId: '2', before: { role: 'viewer' }, after: { role: 'operator' } },
    ]);
  });

  it('changes it, and takes it back', async () => {
    await grant({ agentId: '3', role: 'operator' });
    expect((await grant({ agentId: '3', role: 'admin' })).body).toMatchObject({ role: 'admin' });
    expect((await grant({ agentId: '3', role: 'viewer' })).body).toMatchObject({ role: 'viewer' });
    expect(await list()).toHaveLength(1);
  });

  it('takes a role back although Halo cannot be asked', async () => {
    await grant({ agentId: '3', role: 'admin' });
    app.sandbox.kernel.faults.add({ vendor: 'psa', path: '/Agent/3', times: 0, status: 500, body: '' });
    expect((await grant({ agentId: '3', role: 'operator' })).status).toBe(502);
    expect((await list())[0]).toMatchObject({ role: 'admin' });
    expect((await grant({ agentId: '3', role: 'viewer' })).status).toBe(200);
  });

  it.each(['404', 'empty-object', 'id-zero'] as const)(
    'gives nothing to an agent who is not there, as Halo says by %s',
    async (unknownIdGet) => {
      app.sandbox.psa.set({ unknownIdGet });
      expect(await grant({ agentId: '99', role: 'admin' })).toMatchObject({
        status: 422,
        body: { detail: expect.stringContaining('no agent 99') },
      });
      expect(await list()).toEqual([]);
    },
  );

  it('gives nothing to an agent who is disabled', async () => {
    app.sandbox.psa.patchAgent(3, { isdisabled: true });
    expect((await grant({ agentId: '3', role: 'operator' })).status).toBe(422);
    expect(await list()).toEqual([]);
  });

  it('makes no owner', async () => {
    expect((await grant({ agentId: '3', role: 'owner' })).status).toBe(400);
    expect((await grant({ agentId: '3', role: 'owner', psaInstanceId: here }, app.owner)).status).toBe(400);
  });

  it('is for the own PSA instance alone', async () => {
    expect((await grant({ psaInstanceId: elsewhere, agentId: '3', role: 'operator' })).status).toBe(404);
    expect((await grant({ psaInstanceId: randomUUID(), agentId: '3', role: 'operator' }, app.owner)).status).toBe(404);
    expect(await grant({ agentId: '3', role: 'operator' }, app.owner)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/psaInstanceId' }] },
    });
    expect((await grant({ psaInstanceId: elsewhere, agentId: '3', role: 'operator' }, app.owner)).status).toBe(200);
    expect(await list()).toEqual([]);
    expect(await list(app.owner)).toHaveLength(1);
  });
});
