import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { IsNull } from 'typeorm';
import { Link } from '../../entities/index.js';
import { begin, haltCall } from '../imports/halted.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

interface Sent {
  subscriptionId: string;
  line: string;
  after: { client_id: string };
}

let app: ConnectedApp;
beforeAll(async () => {
  app = await connectedApp();
});
afterAll(() => app.close());

it('A licence is not adopted at a client that the customer is not mapped to any more once HaloPSA has answered', async () => {
  const tenantId = await app.addTenant(await app.addPsaInstance());
  await storeCustomer(app.database, tenantId, 'c1');
  await storeSubscription(app.database, tenantId, { subscriptionId: '10', customerId: 'c1', status: 'active' }, ['MPN-A']);
  const [here, there] = app.sandbox.psa.clients().map(({ id }) => id);
  const mapped = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/mappings`, { customerId: 'c1', clientId: String(here) });
  const licenceId = String(app.sandbox.psa.addLicence({ name: 'Premium', client_id: here, count: 3, is_active: true }));

  const halted = haltCall(app.sandbox, 'handled', ({ path }) => path.startsWith(`/api/SoftwareLicence/${licenceId}`));
  const adopted = app.api('POST', `/tenants/${tenantId}/links`, { subscriptionId: '10', licenceId });
  await halted.reached;
  // Nothing is linked yet, so nobody is asked what becomes of licences.
  expect((await app.api('PATCH', `/mappings/${mapped.body.id}`, { clientId: String(there) })).status).toBe(200);
  halted.letGo();
  expect((await adopted).status).toBe(409);
  expect(await app.database.dataSource.manager.findBy(Link, { tenantId, archivedAt: IsNull() })).toEqual([]);
});

it('A licence is not adopted for a line whose own is being created, so that it has no two', async () => {
  app.sandbox.reset();
  const tenantId = await app.addTenant(await app.addPsaInstance());
  const asked = await app.api<{ id: string }>('POST', `/tenants/${tenantId}/imports`, { entities: ['customers', 'subscriptions'] });
  const { dataSource, connect, logger, clock } = app.services;
  const halted = haltCall(app.sandbox, 'handled', () => app.sandbox.psa.writes().licences > 0);
  const importing = begin({ dataSource, connect, logger, now: () => clock.now(), sleep: () => Promise.resolve() }, asked.body.id);
  await halted.reached;
  const path = `/imports/${asked.body.id}/changes?entity=licence&action=create&state=sent`;
  const [sent] = (await app.api<{ data: Sent[] }>('GET', path)).body.data;
  const { subscriptionId, line, after } = sent!;
  const adopted = String(app.sandbox.psa.addLicence({ name: 'By hand', client_id: Number(after.client_id), count: 3, is_active: true }));

  const adopt = () => app.api('POST', `/tenants/${tenantId}/links`, { subscriptionId, line, licenceId: adopted });
  expect(await adopt()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('at this moment') } });
  halted.letGo();
  await importing;
  const [link] = await dataSource.manager.findBy(Link, { tenantId, subscriptionId, line, archivedAt: IsNull() });
  expect(link).toMatchObject({ origin: 'created', licenceId: expect.not.stringMatching(adopted) });
});
