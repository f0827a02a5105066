import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IsNull } from 'typeorm';
import { Mapping } from '../../entities/index.js';
import { begin, haltCall, type Halt } from '../imports/halted.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

interface ChangeJson {
  customerId: string;
}

let app: ConnectedApp;
let tenantId: string;
let halted: Halt;
let importing: Promise<unknown>;
/** Of a customer for whom a licence is on its way. */
let mapping: Mapping;
let other: string;

/** An import halts when HaloPSA has made the first licence, and has not answered yet. */
beforeEach(async () => {
  app = await connectedApp();
  tenantId = await app.addTenant(await app.addPsaInstance());
  const asked = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] });
  const { dataSource, connect, logger, clock } = app.services;
  halted = haltCall(app.sandbox, 'handled', () => app.sandbox.psa.writes().licences > 0);
  importing = begin({ dataSource, connect, logger, now: () => clock.now(), sleep: () => Promise.resolve() }, asked.body.id);
  await halted.reached;
  const path = `/imports/${asked.body.id}/changes?entity=licence&action=create&state=sent`;
  const [sent] = (await app.api<{ data: ChangeJson[] }>('GET', path)).body.data;
  const { manager } = dataSource;
  mapping = await manager.findOneByOrFail(Mapping, { tenantId, customerId: sent!.customerId, archivedAt: IsNull() });
  other = String(app.sandbox.psa.clients().find(({ id }) => String(id) !== mapping.clientId)!.id);
});
afterEach(() => app.close());

describe('While a licence is being created for a customer', () => {
  it.each([
    ['mapped to another client', () => app.api('PATCH', `/mappings/${mapping.id}`, { clientId: other })],
    [
      'mapped to another client, its licences left behind',
      () => app.api('PATCH', `/mappings/${mapping.id}`, { clientId: other, licences: 'recreate' }),
    ],
    ['ignored', () => app.api('PATCH', `/mappings/${mapping.id}`, { ignored: true })],
    ['unmapped', () => app.api('DELETE', `/mappings/${mapping.id}`)],
  ])('it is not %s, and then it is asked what becomes of that licence', async (_what, change) => {
    expect(await change()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('at this moment') } });
    halted.letGo();
    await importing;
    const answer = await app.api('PATCH', `/mappings/${mapping.id}`, { clientId: other });
    expect(answer).toMatchObject({ status: 409, body: { linkedLicences: expect.any(Number) } });
  });

  it('others are mapped as ever, and so is its note', async () => {
    const { manager } = app.database.dataSource;
    const free = (await manager.findBy(Mapping, { tenantId, archivedAt: IsNull() })).find(({ id }) => id !== mapping.id)!;
    expect((await app.api('PATCH', `/mappings/${free.id}`, { clientId: other })).status).toBe(200);
    expect((await app.api('PATCH', `/mappings/${mapping.id}`, { note: 'Ask Dana' })).status).toBe(200);
    halted.letGo();
    await importing;
  });
});
