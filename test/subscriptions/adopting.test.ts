import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { IsNull } from 'typeorm';
import { Link } from '../../entities/index.js';
import { haltCall } from '../imports/halted.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { storeCustomer, storeSubscription } from '../support/marketplace-records.js';

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
