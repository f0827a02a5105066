import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { CustomerRecord, Import, Mapping } from '../../entities/index.js';
import { runImport } from '../../src/imports/run-import.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';
import { haltCall } from './halted.js';

let app: ConnectedApp;
beforeAll(async () => {
  app = await connectedApp();
});
afterAll(() => app.close());

it('a customer that is new in the marketplace, and that a person maps by its id while an import looks, is left to the next one', async () => {
  const psaInstanceId = await app.addPsaInstance();
  const tenantId = await app.addTenant(psaInstanceId);
  const { dataSource } = app.database;
  const deps = {
    dataSource,
    connect: app.services.connect,
    now: () => app.moment.at,
    sleep: () => Promise.resolve(),
    logger: app.services.logger,
  };
  const ended = async (): Promise<Import> => {
    const id = randomUUID();
    await dataSource.manager.insert(Import, {
      id,
      psaInstanceId,
      tenantId,
      entities: ['customers', 'subscriptions'],
      trigger: 'manual',
      requestedBy: 'test',
      preview: true,
      counts: noCounts(),
      remarks: [],
    });
    await runImport(deps, id, new AbortController().signal);
    return dataSource.manager.findOneByOrFail(Import, { id });
  };
  const halt = haltCall(app.sandbox, 'arrived', ({ path }) => path.startsWith('/subscriptions'));
  const first = ended();
  await halt.reached;
  const { id: customerId } = app.sandbox.marketplace.world.addCustomer({ name: 'New' });
  expect((await app.api('POST', `/tenants/${tenantId}/mappings`, { customerId, createClient: true })).status).toBe(201);
  halt.letGo();
  const { state, error, counts } = await first;
  expect([error, state]).toEqual([null, expect.stringMatching(/^succeeded/)]);
  expect((await ended()).counts.clients.created).toBe(counts.clients.created + 1);
  expect(await dataSource.manager.findOneByOrFail(CustomerRecord, { tenantId, customerId })).toMatchObject({ listed: true, goneAt: null });
  expect(await dataSource.manager.existsBy(Mapping, { tenantId, customerId, state: 'mapped' })).toBe(true);
});
