import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PsaInstance } from '../../entities/index.js';
import { INTEGRATOR } from '../../src/auth/audit/actor.js';
import { generateMappings } from '../../src/imports/generate-mappings.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { addClient, addCustomer, addSubscription, EMPTY, licenceOf } from './people.js';
import { stage, type Stage } from './stage.js';

const NAMES = ['Adventure', 'Blue Yonder', 'Contoso', 'Fabrikam', 'Litware'];

describe('A PSA instance whose address is that of another HaloPSA now', () => {
  let on: Stage;
  let other: Sandbox;
  let ids: string[];
  beforeAll(async () => {
    on = await stage(EMPTY);
    other = await startSandbox({ ...EMPTY, switches: { psa: { rateLimit: null } } });
  });
  beforeEach(async () => {
    await on.reset(EMPTY);
    other.reset(EMPTY);
    ids = NAMES.map((name) => addSubscription(on, addCustomer(on, name)));
    for (const name of NAMES) await addClient(on, name);
    await on.run();
  });
  afterAll(async () => {
    await on.close();
    await other.close();
  });

  /** Points the instance there, with the credentials that count there. */
  async function moveTo(there: Sandbox): Promise<void> {
    const { baseUrl, authUrl, haloTenant } = there.credentials.psa;
    await on.database.dataSource.query(`UPDATE psa_instances SET base_url = $1, auth_url = $2, halo_tenant = $3`, [
      baseUrl,
      authUrl,
      haloTenant,
    ]);
  }

  it('is noticed by its clients’ names: nothing is written there', async () => {
    const elsewhere = { ...on, sandbox: other };
    for (const name of NAMES) await addClient(elsewhere, `Somebody else than ${name}`);
    for (const id of ids) {
      const { id: _id, snowid: _key, ...licence } = licenceOf(on, id);
      other.psa.addLicence({ ...licence, snowid: '', count: 77 });
    }
    const before = other.psa.writes();
    await moveTo(other);
    const { row } = await on.run();
    expect(other.psa.writes()).toEqual(before);
    expect(other.psa.licences().map((licence) => licence['count'])).toEqual(ids.map(() => 77));
    expect(row).toMatchObject({ state: 'failed', error: { actor: 'configuration', code: 'different_psa' } });
    await moveTo(on.sandbox);
    expect(await on.run()).toMatchObject({ row: { state: 'succeeded' }, changes: [] });
  });

  it('is noticed where customers are matched alone, too: nobody is mapped to a client of another name here', async () => {
    const elsewhere = { ...on, sandbox: other };
    for (const name of NAMES) await addClient(elsewhere, `Somebody else than ${name}`);
    const woodgrove = addCustomer(on, 'Woodgrove');
    const there = await addClient(elsewhere, 'Woodgrove');
    // The client of that number here.
    while ((await addClient(on, 'Somebody else')) < there);
    const before = await on.mappings();
    await moveTo(other);
    const instance = await on.database.dataSource.manager.findOneByOrFail(PsaInstance, { id: on.psaInstance.id });
    const signal = new AbortController().signal;
    await expect(generateMappings(on.deps, on.tenant, instance, INTEGRATOR, signal)).rejects.toMatchObject({ code: 'different_psa' });
    await moveTo(on.sandbox);
    expect(await on.mappings()).toEqual(before);
    expect((await on.run()).changes).toMatchObject([{ entity: 'client', action: 'create', customerId: woodgrove }]);
  });

  /** Gives so many of the clients other names. */
  function rename(count: number): void {
    const mapped = on.sandbox.psa.clients().filter(({ name }) => NAMES.includes(String(name)));
    for (const [at, { id }] of mapped.slice(0, count).entries()) on.sandbox.psa.patchClient(id, { name: `Renamed ${at}` });
  }

  it.each([
    ['some', 3],
    ['all', 5],
  ])('but not where %s clients were renamed: licences carry their keys', async (_what, count) => {
    rename(count);
    expect((await on.run()).row).toMatchObject({ state: 'succeeded', error: null });
  });

  it.each([
    ['some', 3, 'succeeded'],
    ['all', 5, 'failed'],
  ])('where only clients are looked at, by their names alone: %s were renamed', async (_what, count, state) => {
    rename(count);
    expect((await on.run({ entities: ['customers'] })).row).toMatchObject({ state });
  });
});
