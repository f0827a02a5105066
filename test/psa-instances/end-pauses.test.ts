import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Tenant } from '../../entities/index.js';
import { countRefusal, type Vendor } from '../../src/imports/store/refusals.js';
import { REFUSALS_BEFORE_PAUSE } from '../../src/integrator/pause.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

let app: ConnectedApp;
let psaInstanceId: string;
let byHalo: string;
let byMarketplace: string;
let byPerson: string;
beforeAll(async () => {
  app = await connectedApp();
});
beforeEach(async () => {
  psaInstanceId = await app.addPsaInstance();
  [byHalo, byMarketplace, byPerson] = [await refused('psa'), await refused('marketplace'), await app.addTenant(psaInstanceId)];
  await app.api('POST', `/tenants/${byPerson}/pause`, { why: 'HaloPSA refused us a discount.' });
});
afterAll(() => app.close());

/** A tenant that is paused because a vendor refused the credentials of its imports. */
async function refused(vendor: Vendor): Promise<string> {
  const id = await app.addTenant(psaInstanceId);
  const { dataSource } = app.database;
  for (let nth = 1; nth <= REFUSALS_BEFORE_PAUSE; nth += 1)
    await countRefusal((sql, parameters) => dataSource.query(sql, parameters), id, vendor);
  return id;
}

async function paused(): Promise<string[]> {
  const rows = await app.database.dataSource.manager.findBy(Tenant, { psaInstanceId });
  return rows.filter(({ pausedAt }) => pausedAt !== null).map(({ id }) => id);
}

describe('the pause that a HaloPSA’s refused credentials led to', () => {
  it.each([
    ['is seen to work', async () => app.api('POST', `/psa-instances/${psaInstanceId}/verify`)],
    ['gets another secret', async () => app.api('PATCH', `/psa-instances/${psaInstanceId}`, { clientSecret: 'another' })],
  ])('ends when it %s, and no other does', async (_how, mend) => {
    expect((await paused()).toSorted()).toEqual([byHalo, byMarketplace, byPerson].toSorted());
    await mend();
    expect((await paused()).toSorted()).toEqual([byMarketplace, byPerson].toSorted());
    const tenant = await app.database.dataSource.manager.findOneByOrFail(Tenant, { id: byHalo });
    expect(tenant).toMatchObject({ pausedAt: null, pausedWhy: null, refusals: 0 });
    const { body } = await app.api<{ data: object[] }>('GET', `/audit?entityId=${byHalo}&action=resume`);
    expect(body.data).toMatchObject([{ actor: { kind: 'token' }, before: { pausedWhy: expect.stringContaining('HaloPSA') } }]);
  });

  it('goes on when it is still refused, or something else is changed', async () => {
    await app.api('PATCH', `/psa-instances/${psaInstanceId}`, { name: 'Another name' });
    app.sandbox.kernel.faults.add({ vendor: 'psa', path: '/token', status: 401, body: { error: 'invalid_client' }, times: 0 });
    await app.api('POST', `/psa-instances/${psaInstanceId}/verify`);
    app.sandbox.kernel.faults.clear();
    expect(await paused()).toContain(byHalo);
  });
});
