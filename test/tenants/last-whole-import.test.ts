import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Import } from '../../entities/index.js';
import { noCounts } from '../../src/imports/store/import-row.js';
import { connectedApp, type ConnectedApp } from '../support/connected-app.js';

let app: ConnectedApp;
let psaInstanceId: string;
let tenantId: string;
/** When the next import is asked for. */
let at: number;
beforeAll(async () => {
  app = await connectedApp();
  psaInstanceId = await app.addPsaInstance();
});
afterAll(() => app.close());
beforeEach(async () => {
  tenantId = await app.addTenant(psaInstanceId);
  at = Date.parse('2026-03-02T12:00:00Z');
});

/** An import as it stands, each later than the one before. */
async function anImport(fields: Partial<Import> = {}): Promise<string> {
  const id = randomUUID();
  await app.database.dataSource.manager.insert(Import, {
    id,
    psaInstanceId,
    tenantId,
    entities: ['customers', 'subscriptions'],
    trigger: 'manual',
    requestedBy: 'test',
    state: 'succeeded',
    counts: noCounts(),
    remarks: [],
    createdAt: new Date((at += 60_000)),
    ...fields,
  });
  return id;
}
const shown = async (): Promise<string | undefined> => {
  const { body } = await app.api<{ lastWholeImport: { id: string } | null }>('GET', `/tenants/${tenantId}`);
  return body.lastWholeImport?.id;
};

describe('the last whole import of a tenant', () => {
  it('should be none before there was one', async () => {
    expect(await shown()).toBeUndefined();
  });

  it.each<[string, Partial<Import>]>([
    ['a preview', { preview: true }],
    ['one of a customer', { customerId: 'c1' }],
    ['one of a client', { clientId: '12' }],
    ['one of clients alone', { entities: ['customers'] }],
    ['one that was cancelled', { state: 'cancelled' }],
    ['one that still runs', { state: 'running' }],
  ])('should not be %s', async (_name, later) => {
    const whole = await anImport({ state: 'failed' });
    await anImport(later);
    expect(await shown()).toBe(whole);
  });

  it('should be one of clients alone where the integrator leaves subscriptions out', async () => {
    await app.api('PATCH', `/tenants/${tenantId}`, { integrator: { enabled: true, subscriptions: false } });
    await anImport();
    const ofClients = await anImport({ entities: ['customers'] });
    expect(await shown()).toBe(ofClients);
  });

  it('should be each tenant’s own', async () => {
    const whole = await anImport();
    const here = tenantId;
    tenantId = await app.addTenant(psaInstanceId);
    await anImport();
    tenantId = here;
    expect(await shown()).toBe(whole);
  });
});
