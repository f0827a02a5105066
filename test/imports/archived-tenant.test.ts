import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runImport } from '../../src/imports/run-import.js';
import { addClient, addCustomer, addSubscription, changeQuantity, EMPTY, keyedCount, later, licenceOf } from './people.js';
import { stage, type Ran, type Stage } from './stage.js';

describe('An account that was connected by a tenant which is archived', () => {
  let on: Stage;
  let subscriptionId: string;
  beforeAll(async () => {
    on = await stage(EMPTY);
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    await addClient(on, 'Contoso');
    subscriptionId = addSubscription(on, addCustomer(on, 'Contoso'));
    await on.run();
  });
  afterAll(() => on.close());

  async function runFor(tenantId: string): Promise<Ran> {
    const id = await on.queue();
    await on.database.dataSource.query(`UPDATE imports SET tenant_id = $2 WHERE id = $1`, [id, tenantId]);
    await runImport(on.deps, id, new AbortController().signal);
    return on.result(id);
  }

  it('goes on in its licences when it is connected anew', async () => {
    await on.database.dataSource.query(`UPDATE tenants SET archived_at = now() WHERE id = $1`, [on.tenant.id]);
    const tenantId = await on.addTenant();
    const { skips, row } = await runFor(tenantId);
    expect(skips).toEqual([]);
    expect(row.counts.licences).toMatchObject({ created: 0, unchanged: 1 });
    changeQuantity(on, subscriptionId, 9);
    later(on);
    expect((await runFor(tenantId)).changes).toMatchObject([{ action: 'update', subscriptionId, state: 'applied' }]);
    expect(licenceOf(on, subscriptionId)['count']).toBe(9);
    expect(keyedCount(on)).toBe(1);
    expect((await runFor(tenantId)).changes).toEqual([]);
  });

  it('gets no second licence beside one that a person had adopted for it', async () => {
    const adopted = Number(licenceOf(on, subscriptionId)['id']);
    on.sandbox.psa.patchLicence(adopted, { snowid: 'somebody else’s' });
    await on.database.dataSource.query(`UPDATE tenants SET archived_at = now() WHERE id = $1`, [on.tenant.id]);
    const { skips } = await runFor(await on.addTenant());
    expect(skips).toMatchObject([{ marketplaceId: subscriptionId, reason: 'already_in_psa', psaId: String(adopted) }]);
    expect(keyedCount(on)).toBe(0);
  });

  it('but not while it is only switched off', async () => {
    await on.set({ enabled: false });
    const { skips } = await runFor(await on.addTenant());
    expect(skips).toMatchObject([{ reason: 'already_in_psa', psaId: String(licenceOf(on, subscriptionId)['id']) }]);
  });
});
